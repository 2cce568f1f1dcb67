/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Converts between UTF-16 and UTF-8, a code point at a time (Unicode 15, 3.9).
 */
#include "utf.h"

#include "stub/base/text.h"

#define REPLACEMENT 0xfffd

static bool
is_surrogate(uint32_t c)
{
	return c >= 0xd800 && c <= 0xdfff;
}

uint32_t
utf16_next(struct span s, uint64_t *at)
{
	uint32_t high = span_le16(s, *at), low = span_le16(s, *at + 2);

	*at += 2;
	if (!is_surrogate(high))
		return high;
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return UTF_BAD;
	*at += 2;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

uint32_t
utf8_next(struct span s, uint64_t *at)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	uint8_t lead = span_u8(s, (*at)++);
	unsigned more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	uint32_t c = more ? lead & (0x3fu >> more) : lead;

	if (more && (lead < 0xc0 || lead > 0xf7))
		return UTF_BAD;
	for (unsigned i = 0; i < more; i++) {
		if ((span_u8(s, *at) & 0xc0) != 0x80)
			return UTF_BAD;
		c = c << 6 | (span_u8(s, (*at)++) & 0x3f);
	}
	return c < least[more] || c > 0x10ffff || is_surrogate(c) ? UTF_BAD : c;
}

struct span
utf16_text(struct span s)
{
	uint64_t len = 0;

	while (s.size - len >= 2 && span_le16(s, len))
		len += 2;
	return (struct span){s.base, len};
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

bool
utf8_from_16(struct span in, char *buf, size_t size)
{
	size_t len = 0;

	in = utf16_text(in);
	for (uint64_t at = 0; at < in.size;) {
		uint32_t c = utf16_next(in, &at);
		char bytes[4];
		size_t n = put_8(c == UTF_BAD ? REPLACEMENT : c, bytes);

		if (size - len <= n)
			return false;
		memcpy(buf + len, bytes, n);
		len += n;
	}
	if (len >= size)
		return false;
	buf[len] = 0;
	return true;
}

bool
utf16_from_8(const char *in, uint16_t *buf, size_t count)
{
	struct span s = text_span(in);
	size_t len = 0;

	for (uint64_t at = 0; at < s.size;) {
		uint32_t c = utf8_next(s, &at);

		if (c == UTF_BAD)
			c = REPLACEMENT;
		if (count - len <= (c < 0x10000 ? 1u : 2u))
			return false;
		if (c >= 0x10000) {
			buf[len++] = (uint16_t)(0xd7c0 + (c >> 10));
			c = 0xdc00 | (c & 0x3ff);
		}
		buf[len++] = (uint16_t)c;
	}
	if (len >= count)
		return false;
	buf[len] = 0;
	return true;
}

enum refusal_code
utf16_exactly(const char *in, uint16_t *buf, size_t count, struct refusal *ret_why)
{
	struct span s = text_span(in);
	uint64_t units = 0;

	for (uint64_t at = 0; at < s.size;) {
		uint64_t where = at;
		uint32_t c = utf8_next(s, &at);

		if (c == UTF_BAD)
			return refuse(ret_why, REFUSAL_EFI_UTF8, where, s.base[where], 0);
		units += c < 0x10000 ? 1 : 2;
	}
	if (!utf16_from_8(in, buf, count))
		return refuse(ret_why, REFUSAL_CMDLINE_BUFFER, 0, units, count ? count - 1 : 0);
	return REFUSAL_NONE;
}
