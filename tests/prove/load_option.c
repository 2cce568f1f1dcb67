/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_LOAD_OPTION: the walk over device paths ends, and the data lie in what was given.
 *
 * Inputs: every load option of up to 24 bytes.
 *
 * parts: stub/input/utf.c
 * unwind: 14
 */
#include "prove.h"
#include "stub/input/efi_load_option.c"

#define LENGTH 24

int
main(void)
{
	uint8_t byte[LENGTH];
	struct span raw = {byte, 0}, data = {NULL, 0};
	uint64_t size;

	ASSUME(size <= LENGTH);
	raw.size = size;
	if (!efi_load_option_read(raw, &data)) {
		PROVE(!data.base, "nothing is written if it is none");
		return 0;
	}
	PROVE(is_inside(data, raw), "the data lie in the option");
	PROVE(data.base + data.size == byte + size, "the data reach to its end");
	PROVE(size - data.size >= DESCRIPTION + 2 + NODE_HEADER,
	        "a header, a description and a path stand before them");
	PROVE(!(span_le32(raw, 0) & ~(uint64_t)KNOWN_ATTRIBUTES), "its attributes are known");
	PROVE(span_is(raw, size - data.size - NODE_HEADER, "\x7f\xff\4\0", NODE_HEADER),
	        "the path before them has its end node");
}
