/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatting of messages: see text.h. No locale, no allocation, no printf.
 */
#include "text.h"

struct text
text_init(char *buf, size_t size)
{
	if (size)
		buf[0] = '\0';
	return (struct text){.buf = buf, .size = size};
}

void
text_char(struct text *t, char c)
{
	if (t->size && t->len < t->size - 1) {
		t->buf[t->len] = c;
		t->buf[t->len + 1] = '\0';
	}
	t->len++;
}

void
text_str(struct text *t, const char *s)
{
	for (s = s ? s : "?"; *s; s++)
		text_char(t, *s);
}

static void
number(struct text *t, uint64_t v, unsigned base)
{
	char digit[20]; /* UINT64_MAX has 20 decimal digits */
	unsigned n = 0;

	do {
		digit[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (n)
		text_char(t, digit[--n]);
}

void
text_hex(struct text *t, uint64_t v)
{
	text_str(t, "0x");
	number(t, v, 16);
}

void
text_dec(struct text *t, uint64_t v)
{
	number(t, v, 10);
}
