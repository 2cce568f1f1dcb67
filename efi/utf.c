/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Converts between UTF-16 and UTF-8, a code point at a time (Unicode 15, 3.9).
 */
#include "efi/utf.h"

#define REPLACEMENT 0xfffd

/* The code point at in[*i], which is moved on. */
static uint32_t
next_16(const uint16_t *in, size_t count, size_t *i)
{
	uint32_t high = in[(*i)++];

	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || *i == count || in[*i] < 0xdc00 || in[*i] > 0xdfff)
		return REPLACEMENT;
	return 0x10000 + ((high - 0xd800) << 10) + (in[(*i)++] - 0xdc00u);
}

static size_t
put_8(uint32_t c, char out[4])
{
	unsigned more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};

	for (unsigned i = more; i; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)(lead[more] | c);
	return more + 1;
}

_Bool
utf8_from_16(const uint16_t *in, size_t count, char *buf, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < count && in[i];) {
		char c[4];
		size_t n = put_8(next_16(in, count, &i), c);

		for (size_t k = 0; k < n; k++) {
			if (len + 1 >= size)
				return 0;
			buf[len++] = c[k];
		}
	}
	if (len >= size)
		return 0;
	buf[len] = 0;
	return 1;
}

/* The code point at *in, which is moved on. */
static uint32_t
next_8(const char **in)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	uint8_t lead = (uint8_t) * (*in)++;
	unsigned more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	uint32_t c = more ? lead & (0x3fu >> more) : lead;

	if (more && (lead < 0xc0 || lead > 0xf7))
		return REPLACEMENT;
	for (unsigned i = 0; i < more; i++) {
		if (((uint8_t) * *in & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | ((uint8_t) * (*in)++ & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return REPLACEMENT;
	return c;
}

_Bool
utf16_from_8(const char *in, uint16_t *buf, size_t count)
{
	size_t len = 0;

	while (*in) {
		uint32_t c = next_8(&in);

		if (len + 3 > count)
			return 0;
		if (c >= 0x10000) {
			buf[len++] = (uint16_t)(0xd7c0 + (c >> 10));
			c = 0xdc00 | (c & 0x3ff);
		}
		buf[len++] = (uint16_t)c;
	}
	if (len >= count)
		return 0;
	buf[len] = 0;
	return 1;
}
