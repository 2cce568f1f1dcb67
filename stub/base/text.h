/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words and numbers into a buffer of fixed size, for messages.
 *
 * A text is always NUL-terminated inside its buffer; what does not fit is counted but not
 * written, so that `len` says what the whole would have needed, as snprintf does.
 */
#ifndef KSHIM_TEXT_H
#define KSHIM_TEXT_H

#include "bytes.h"

struct text {
	char *buf;
	size_t size; /* of the buffer, bytes; 0 is allowed and only counts */
	size_t len;  /* of the whole text, without the NUL */
};

/* The bytes of a NUL-terminated text, without the NUL. */
static inline struct span
text_span(const char *s)
{
	struct span r = {(const uint8_t *)s, 0};

	while (s[r.size])
		r.size++;
	return r;
}

/* An empty text in buf[0..size). */
struct text text_init(char *buf, size_t size);

/* A letter from A to Z in lower case; any other byte as it is. */
static inline uint8_t
text_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

void text_char(struct text *t, char c);

/* NULL is written as "?". */
void text_str(struct text *t, const char *s);

/* "0x" and lower-case digits without leading zeros. */
void text_hex(struct text *t, uint64_t v);

void text_dec(struct text *t, uint64_t v);

#endif
