/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of FAT: long ones of up to 20 parts in UTF-16, short ones of 8 and 3 bytes.
 *
 * Short names are in the code page of the system that wrote them, which nothing tells. ASCII is
 * taken, any other byte becomes U+FFFD: whoever writes such a name gives the file a long one,
 * too.
 */
#include "fat_names.h"

#include "stub/input/utf.h"

#define LOWER_BASE      0x08 /* in byte 12 */
#define LOWER_EXTENSION 0x10

void
fat_long_add(struct fat_long *name, struct span entry)
{
	static const uint8_t at[FAT_LONG_UNITS] = {
	        1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	uint8_t order = span_u8(entry, 0), sum = span_u8(entry, 13);

	if (order & 0x40) { /* the last part, which comes first */
		order &= 0x3f;
		name->parts = name->left = order;
		name->sum = sum;
	}
	if (order == 0 || order > FAT_LONG_PARTS || order != name->left || sum != name->sum) {
		name->parts = 0;
		return;
	}
	name->left--;
	for (unsigned i = 0; i < FAT_LONG_UNITS; i++)
		name->unit[name->left * FAT_LONG_UNITS + i] = span_le16(entry, at[i]);
}

static uint8_t
short_sum(struct span entry)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + span_u8(entry, i));
	return sum;
}

/* Append a byte of an unknown code page. */
static char *
put_character(char *out, uint8_t c)
{
	if (c < 0x80) {
		*out = (char)c;
		return out + 1;
	}
	memcpy(out, "\xef\xbf\xbd", 3);
	return out + 3;
}

static uint64_t
without_blanks(struct span bytes, uint64_t from, uint64_t end)
{
	while (end > from && span_u8(bytes, end - 1) == ' ')
		end--;
	return end;
}

static char *
put_bytes(char *out, struct span entry, uint64_t from, uint64_t end, bool lower)
{
	end = without_blanks(entry, from, end);
	for (uint64_t i = from; i < end; i++) {
		uint8_t c = span_u8(entry, i);

		if (i == 0 && c == 0x05) /* because 0xe5 means deleted there */
			c = 0xe5;
		out = put_character(out, lower && c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c);
	}
	return out;
}

static uint32_t
short_name(struct span entry, char ret_name[FS_NAME])
{
	uint8_t lower = span_u8(entry, 12);
	char *out = put_bytes(ret_name, entry, 0, 8, lower & LOWER_BASE);
	char *dot = out;

	*out++ = '.';
	out = put_bytes(out, entry, 8, 11, lower & LOWER_EXTENSION);
	if (out == dot + 1)
		out = dot;
	*out = 0;
	return (uint32_t)(out - ret_name);
}

uint32_t
fat_name(const struct fat_long *name, struct span entry, char ret_name[FS_NAME])
{
	struct span units = {(const uint8_t *)name->unit,
	        (uint64_t)name->parts * FAT_LONG_UNITS * sizeof(name->unit[0])};
	uint32_t len = 0;

	if (!name->parts || name->left || name->sum != short_sum(entry) ||
	        !utf8_from_16(units, ret_name, FS_NAME) || !ret_name[0])
		return short_name(entry, ret_name);
	while (ret_name[len])
		len++;
	return len;
}

void
fat_label_text(struct span bytes, char ret_label[FAT_LABEL])
{
	uint64_t len = without_blanks(bytes, 0, 11);
	char *out = ret_label;

	if (len == 7 && span_is(bytes, 0, "NO NAME", 7))
		len = 0;
	for (uint64_t i = 0; i < len; i++)
		out = put_character(out, span_u8(bytes, i));
	*out = 0;
}
