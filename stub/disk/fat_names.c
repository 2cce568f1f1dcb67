/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of FAT: long ones of up to 20 parts in UTF-16, short ones of 8 and 3 bytes.
 *
 * Short names are in the code page of the system that wrote them, which nothing tells. It is
 * taken to be 437, as Linux does unless it is told otherwise.
 */
#include "fat_names.h"

#include "stub/base/text.h"
#include "stub/input/utf.h"

#define LOWER_BASE      0x08 /* in byte 12 */
#define LOWER_EXTENSION 0x10
#define LAST_PART       0x40 /* of the order: it comes first */

static const uint8_t unit_at[FAT_LONG_UNITS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

void
fat_long_add(struct fat_long *name, struct span entry, uint64_t at)
{
	uint8_t order = span_u8(entry, 0), sum = span_u8(entry, 13);

	if (order & LAST_PART) {
		order &= 0x3f;
		name->parts = name->left = order;
		name->sum = sum;
	}
	if (order == 0 || order > FAT_LONG_PARTS || order != name->left || sum != name->sum) {
		name->parts = name->left = 0;
		return;
	}
	name->left--;
	name->at[name->parts - order] = at;
	for (unsigned i = 0; i < FAT_LONG_UNITS; i++)
		name->unit[name->left * FAT_LONG_UNITS + i] = span_le16(entry, unit_at[i]);
}

void
fat_long_put(const struct fat_long *name, uint32_t part, uint8_t ret_entry[FAT_ENTRY])
{
	uint32_t order = name->parts - part;

	memset(ret_entry, 0, FAT_ENTRY);
	ret_entry[0] = (uint8_t)(order | (part ? 0 : LAST_PART));
	ret_entry[11] = FAT_LONG_PART;
	ret_entry[13] = name->sum;
	for (unsigned i = 0; i < FAT_LONG_UNITS; i++)
		memcpy(ret_entry + unit_at[i], &name->unit[(order - 1) * FAT_LONG_UNITS + i],
		        2);
}

static uint8_t
short_sum(struct span entry)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + span_u8(entry, i));
	return sum;
}

/* A byte of code page 437 as UTF-16. */
static uint16_t
unit_of(uint8_t c)
{
	static const uint16_t high[128] = {0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0,
	        0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
	        0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6,
	        0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192, 0x00e1, 0x00ed, 0x00f3, 0x00fa,
	        0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1,
	        0x00ab, 0x00bb, 0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556,
	        0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534,
	        0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566,
	        0x2560, 0x2550, 0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552,
	        0x2553, 0x256b, 0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580,
	        0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398,
	        0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264,
	        0x2320, 0x2321, 0x00f7, 0x2248, 0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2,
	        0x25a0, 0x00a0};

	return c < 0x80 ? c : high[c - 0x80];
}

static uint16_t
lower(uint16_t unit)
{
	bool upper = (unit >= 'A' && unit <= 'Z') || (unit >= 0xc0 && unit <= 0xde);

	return upper ? (uint16_t)(unit + 0x20) : unit;
}

static uint64_t
without_blanks(struct span bytes, uint64_t from, uint64_t end)
{
	while (end > from && span_u8(bytes, end - 1) == ' ')
		end--;
	return end;
}

/* Append the bytes [from, end) of an entry, without the blanks behind them. */
static uint16_t *
put_units(uint16_t *out, struct span entry, uint64_t from, uint64_t end, bool is_lower)
{
	end = without_blanks(entry, from, end);
	for (uint64_t i = from; i < end; i++) {
		uint8_t c = span_u8(entry, i);

		if (i == 0 && c == 0x05) /* because 0xe5 means deleted there */
			c = 0xe5;
		*out++ = is_lower ? lower(unit_of(c)) : unit_of(c);
	}
	return out;
}

static void
short_name(struct span entry, char ret_name[FS_NAME])
{
	uint16_t units[13], *out, *dot;
	uint8_t cases = span_u8(entry, 12);

	dot = put_units(units, entry, 0, 8, cases & LOWER_BASE);
	*dot = '.';
	out = put_units(dot + 1, entry, 8, 11, cases & LOWER_EXTENSION);
	if (out == dot + 1)
		out = dot;
	*out = 0;
	utf8_from_16((struct span){(const uint8_t *)units, sizeof(units)}, ret_name, FS_NAME);
}

bool
fat_long_is_of(const struct fat_long *name, struct span entry)
{
	return name->parts && !name->left && name->sum == short_sum(entry);
}

uint32_t
fat_name(const struct fat_long *name, struct span entry, char ret_name[FS_NAME])
{
	struct span units = {(const uint8_t *)name->unit,
	        (uint64_t)name->parts * FAT_LONG_UNITS * sizeof(name->unit[0])};

	if (!fat_long_is_of(name, entry) || !utf8_from_16(units, ret_name, FS_NAME) ||
	        !ret_name[0])
		short_name(entry, ret_name);
	return (uint32_t)text_span(ret_name).size;
}

void
fat_label_text(struct span bytes, char ret_label[FAT_LABEL])
{
	uint16_t units[12];
	uint64_t len = (uint64_t)(put_units(units, bytes, 0, 11, false) - units);

	if (len == 7 && span_is(bytes, 0, "NO NAME", 7))
		len = 0;
	units[len] = 0;
	utf8_from_16(
	        (struct span){(const uint8_t *)units, sizeof(units)}, ret_label, FAT_LABEL);
}
