/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An addition to the memory map: the map stays sorted, disjoint, merged and within its
 * capacity, and each byte has the less usable type of what was there and what is added. An
 * addition without room changes nothing.
 *
 * Inputs: every map of 3 entries of every type, with a capacity of 4, and every addition, of
 * addresses below 8 (map.h says why these are enough for what is decided by comparison).
 * Not covered: another number of entries; that no sum wraps near 2^64; a range that passes the
 * end of the space.
 *
 * unwind: 6
 * shrink: MEMMAP_MAX=4
 */
#include "map.h"
#include "stub/input/memmap.c"

#define ENTRIES 3

PROVE_REFUSE

/* How much the type takes away from who would use the memory: the order of memmap.h. */
static unsigned
rank(uint32_t type)
{
	static const uint8_t rank[] = {[HOLE] = 0,
	        [MEM_RAM] = 1,
	        [MEM_PMEM] = 2,
	        [MEM_ACPI] = 3,
	        [MEM_RESERVED] = 4,
	        [MEM_NVS] = 5,
	        [MEM_DISABLED] = 6,
	        [MEM_UNUSABLE] = 7};

	return rank[type];
}

static void
prove_unchanged(const struct memmap *before)
{
	PROVE(map.count == before->count, "an addition without room adds no entry");
	for (uint32_t i = 0; i < ENTRIES; i++) {
		struct mem_range a = map.entry[i], b = before->entry[i];

		PROVE(a.range.addr == b.range.addr && a.range.len == b.range.len &&
		                a.type == b.type,
		        "an addition without room changes no entry");
	}
}

int
main(void)
{
	struct range add = any_range();
	uint32_t type = any_type(), wanted;
	uint64_t x = any_address();
	struct memmap before;
	struct refusal why;

	make_map(ENTRIES);
	before = map;
	wanted = type_at(&before, x);
	if (holds(add, x) && rank(type) > rank(wanted))
		wanted = type;
	if (memmap_add(&map, add.addr, add.len, type, &why)) {
		PROVE(why.code == REFUSAL_MAP_FULL && why.found > MEMMAP_MAX,
		        "what is refused needs more entries than there are");
		prove_unchanged(&before);
		return 0;
	}
	prove_sound();
	PROVE(type_at(&map, x) == wanted, "each byte has the less usable type");
}
