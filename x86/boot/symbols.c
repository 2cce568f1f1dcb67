/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks an address up in the list that tools/add-symbols has made.
 */
#include "x86/boot/symbols.h"
#include "stub/base/bytes.h"
#include "x86/boot/own_image.h"

extern const char symbols[]; /* fault_entries.asm; SYMBOLS_ROOM bytes */

const char *
symbol_at(uint64_t addr, uint64_t *ret_distance)
{
	const char *at = symbols, *found = NULL;
	uint64_t distance = addr - (uintptr_t)kshim_text;
	uint32_t start;

	if (addr < (uintptr_t)kshim_text || addr >= (uintptr_t)kshim_text_end)
		return NULL;
	for (;;) {
		__builtin_memcpy(&start, at, sizeof(start));
		at += sizeof(start);
		if (!*at || start > distance)
			return found;
		found = at;
		*ret_distance = distance - start;
		while (*at++)
			;
	}
}
