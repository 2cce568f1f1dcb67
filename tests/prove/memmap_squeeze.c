/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A squeeze of the memory map: it ends, the map stays sorted, disjoint and merged, has as many
 * entries as are allowed or is refused, RAM and persistent memory are what they were, and what
 * else changes becomes reserved.
 *
 * Inputs: every map of 3 entries of every type, of addresses below 8, and every limit. That is
 * every order of their ends, and of the two holes' lengths.
 * Not covered: another number of entries; that no other choice costs less in holes.
 *
 * unwind: 5
 * shrink: MEMMAP_MAX=3
 */
#include "map.h"
#include "stub/input/memmap.c"

#define ENTRIES 3

PROVE_REFUSE

static bool
is_memory(uint32_t type)
{
	return type == MEM_RAM || type == MEM_PMEM;
}

int
main(void)
{
	uint64_t x = any_address();
	uint32_t limit, was, is;
	struct memmap before;
	struct refusal why;
	enum refusal_code code;

	make_map(ENTRIES);
	before = map;
	code = memmap_squeeze(&map, limit, &why);
	if (code)
		PROVE(code == REFUSAL_MAP_TOO_MANY && map.count > limit &&
		                why.found == map.count && why.wanted == limit,
		        "what is refused has too many entries, and says how many");
	else
		PROVE(map.count <= limit || map.count == 0, "the map has the entries allowed");
	PROVE(limit < before.count || map.count == before.count,
	        "a map that is small enough keeps its entries");
	prove_sound();
	was = type_at(&before, x);
	is = type_at(&map, x);
	PROVE(is_memory(was) == is_memory(is), "memory stays memory, and nothing becomes it");
	PROVE(is == was || is == MEM_RESERVED, "what changes becomes reserved");
	PROVE(limit < before.count || is == was, "a map that is small enough stays as it is");
}
