/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks an address up in the list that tools/add-symbols has made.
 */
#include "symbols.h"
#include "stub/base/bytes.h"

const char *
symbol_at(const char *symbols, uint64_t distance, uint64_t *ret_distance)
{
	const char *at = symbols, *found = NULL;
	uint32_t start;

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

void
symbol_text(struct text *t, const char *symbols, struct range code, uint64_t addr)
{
	uint64_t distance = 0;
	const char *name = NULL;

	if (range_overlaps(code, (struct range){addr, 1}))
		name = symbol_at(symbols, addr - code.addr, &distance);
	text_str(t, name ? name : "outside of its code");
	if (name) {
		text_str(t, "+");
		text_hex(t, distance);
	}
}
