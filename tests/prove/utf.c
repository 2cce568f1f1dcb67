/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One code point of UTF-8 and of UTF-16: what is accepted is a code point in its shortest form.
 *
 * Inputs: every text of up to 6 bytes, at every place in it.
 *
 * unwind: 5
 */
#include "stub/input/utf.c"
#include "prove.h"

int
main(void)
{
	uint8_t byte[6];
	char again[4];
	uint64_t size, start, at, at16;
	uint32_t c, unit;
	struct span s;

	ASSUME(size <= sizeof(byte) && start < size);
	s = (struct span){byte, size};
	at = at16 = start;
	c = utf8_next(s, &at);
	PROVE(at > start && at - start <= 4, "UTF-8: one to four bytes are taken");
	if (c != UTF_BAD) {
		PROVE(c <= 0x10ffff && !is_surrogate(c),
		        "UTF-8: what is accepted is a code point");
		PROVE(at <= size, "UTF-8: it lies in the text");
		PROVE(put_8(c, again) == at - start, "UTF-8: its form is the shortest");
		PROVE((uint8_t)again[0] == byte[start],
		        "UTF-8: written again it begins the same");
		PROVE((uint8_t)again[at - start - 1] == byte[at - 1],
		        "UTF-8: and ends the same");
	}
	unit = utf16_next(s, &at16);
	PROVE(at16 - start == 2 || at16 - start == 4, "UTF-16: one or two units are taken");
	PROVE(unit == UTF_BAD || (unit <= 0x10ffff && !is_surrogate(unit)),
	        "UTF-16: what is accepted is a code point");
	PROVE((at16 - start == 4) == (unit != UTF_BAD && unit >= 0x10000),
	        "UTF-16: two units are a code point that needs them");
}
