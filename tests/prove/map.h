/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the proofs of the memory map's edits share: any sound map, and what must be true of one.
 *
 * An addition compares the ends of ranges, subtracts the smaller from the greater, and does
 * nothing else with addresses. So its result depends on the order of the ends alone, and SPAN
 * addresses are enough for every order of the ends of 3 entries and of the range that is added.
 */
#ifndef KSHIM_PROVE_MAP_H
#define KSHIM_PROVE_MAP_H

#include "prove.h"
#include "stub/input/memmap.h"

#define HOLE 0u /* the type of a byte that no entry describes */
#define SPAN 8u /* addresses, a power of two */

static struct memmap map; /* the one that is edited */

/* Which entry is at `place`, of which there is one more than entries, the end? */
static uint32_t
index_of(const void *place)
{
	uint32_t index = MEMMAP_MAX + 1;

	for (uint32_t i = 0; i <= MEMMAP_MAX; i++) {
		if (place == (const void *)(map.entry + i))
			index = i;
	}
	PROVE(index <= MEMMAP_MAX, "what is moved is entries of the map");
	return index;
}

/* Of whole entries, within the map: CBMC's own moves bytes, which takes it hours. */
void *
memmove(void *dst, const void *src, size_t n)
{
	uint32_t to = index_of(dst), from = index_of(src);
	struct memmap old = map;

	PROVE(n % sizeof(map.entry[0]) == 0, "entries are moved as a whole");
	PROVE(n <= (MEMMAP_MAX - to) * sizeof(map.entry[0]),
	        "entries are moved within the map");
	PROVE(n <= (MEMMAP_MAX - from) * sizeof(map.entry[0]),
	        "the entries that are moved are all in the map");
	for (uint32_t i = 0; i < MEMMAP_MAX; i++) {
		if (i * sizeof(map.entry[0]) < n)
			map.entry[to + i] = old.entry[from + i];
	}
	return dst;
}

static uint64_t
any_address(void)
{
	return any_u64() & (SPAN - 1);
}

static struct range
any_range(void)
{
	uint64_t start = any_address(), end = any_address();

	ASSUME(start <= end);
	return (struct range){start, end - start};
}

static uint32_t
any_type(void)
{
	uint32_t type = any_u64() & 7;

	ASSUME(type >= MEM_RAM && type <= MEM_PMEM);
	return type;
}

/* Any map of so many entries that is as memmap.h promises. */
static void
make_map(uint32_t count)
{
	uint64_t end = 0;
	uint32_t type = HOLE;

	map = (struct memmap){.count = count};
	for (uint32_t i = 0; i < count; i++) {
		struct mem_range e = {any_range(), any_type()};

		ASSUME(e.range.len);
		ASSUME(e.type == type ? e.range.addr > end : e.range.addr >= end);
		map.entry[i] = e;
		end = range_end(e.range);
		type = e.type;
	}
}

/* The map is as memmap.h promises. */
static void
prove_sound(void)
{
	uint64_t end = 0;
	uint32_t type = HOLE;

	PROVE(map.count <= MEMMAP_MAX, "there are no more entries than there is room for");
	for (uint32_t i = 0; i < MEMMAP_MAX; i++) {
		struct mem_range e = map.entry[i];

		if (i >= map.count)
			break;
		PROVE(e.range.len && range_fits(e.range.addr, e.range.len),
		        "no entry is empty or passes the end of the space");
		PROVE(e.type >= MEM_RAM && e.type <= MEM_PMEM, "an entry has a type");
		PROVE(e.range.addr >= end, "the entries are sorted and disjoint");
		PROVE(!i || e.range.addr > end || e.type != type,
		        "entries that touch differ in type");
		end = range_end(e.range);
		type = e.type;
	}
}

/* The type of byte `x`. */
static uint32_t
type_at(const struct memmap *m, uint64_t x)
{
	uint32_t type = HOLE;

	for (uint32_t i = 0; i < MEMMAP_MAX; i++) {
		if (i < m->count && holds(m->entry[i].range, x))
			type = m->entry[i].type;
	}
	return type;
}

#endif
