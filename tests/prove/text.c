/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts stay inside their buffer, end with a NUL, and count what did not fit.
 *
 * Inputs: buffers of 0 to 6 bytes of any content, one character, a string of up to 3 and every
 * 64-bit number.
 *
 * parts: stub/base/text.c
 * unwind: 22
 */
#include "stub/base/text.h"
#include "prove.h"

#define ROOM 6

static char buffer[ROOM + 1];

static void
prove_state(const struct text *t, size_t before)
{
	PROVE(t->len > before, "the length counts what is added, written or not");
	PROVE(!t->size || buffer[t->len < t->size ? t->len : t->size - 1] == '\0',
	        "a NUL follows what was written");
	PROVE(buffer[t->size] == 'G', "nothing is written behind the buffer");
}

int
main(void)
{
	size_t size, before, digits = 1;
	uint64_t number;
	char string[4], c;
	struct text t;

	ASSUME(size <= ROOM);
	buffer[size] = 'G';
	t = text_init(buffer, size);
	PROVE(t.len == 0 && (!size || !buffer[0]), "a new text is empty");
	text_char(&t, c);
	PROVE(size < 2 || buffer[0] == c, "a character that fits is written");
	prove_state(&t, 0);
	string[3] = '\0';
	ASSUME(string[0]);
	before = t.len;
	text_str(&t, string);
	PROVE(t.len - before == (!string[1]          ? 1u
	                                : !string[2] ? 2u
	                                             : 3u),
	        "a string adds its length");
	prove_state(&t, before);
	before = t.len;
	text_hex(&t, number);
	for (uint64_t v = number; v >= 16; v >>= 4)
		digits++;
	PROVE(t.len - before == 2 + digits, "a number has no leading zeros");
	prove_state(&t, before);
	before = t.len;
	text_dec(&t, number);
	PROVE(t.len - before <= 20, "a decimal number has at most 20 digits");
	prove_state(&t, before);
}
