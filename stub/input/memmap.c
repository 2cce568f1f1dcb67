/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map's two edits, adding and squeezing, and the questions asked of it.
 *
 * An addition that touches more than the inside of one entry rebuilds the map beside itself, so
 * that overlaps need no special cases and a map that overflows is left as it was: this costs
 * one struct memmap (12 KiB) of stack.
 * Types: ACPI 6.2, table 15-312. The order of additions does not change the result.
 */
#include "memmap.h"
#include "stub/base/bytes.h"

#define SPACE_END UINT64_MAX /* first address that no range holds */

/* How much a type takes away from who would use the memory as RAM. */
static unsigned
strength(uint32_t type)
{
	switch (type) {
	case MEM_RAM:
		return 0;
	case MEM_PMEM:
		return 1;
	case MEM_ACPI:
		return 2;
	case MEM_NVS:
		return 4;
	case MEM_DISABLED:
		return 5;
	case MEM_UNUSABLE:
		return 6;
	}
	return 3; /* MEM_RESERVED */
}

static uint32_t
known_type(uint32_t type)
{
	return type >= MEM_RAM && type <= MEM_PMEM ? type : MEM_RESERVED;
}

/* The part of `r` in [start, end). */
static struct range
clip(struct range r, uint64_t start, uint64_t end)
{
	uint64_t from = r.addr > start ? r.addr : start;
	uint64_t to = range_end(r) < end ? range_end(r) : end;

	return (struct range){from, to > from ? to - from : 0};
}

/* Entries under construction: as many as can come of a full map and one more range. */
struct builder {
	uint32_t count;
	struct mem_range entry[2 * MEMMAP_MAX + 1];
};

/* Append `r`, which lies behind all that was put before. */
static inline void
put(struct builder *b, struct range r, uint32_t type)
{
	struct mem_range *e = b->entry + b->count;

	if (!r.len)
		return;
	if (b->count && e[-1].type == type && range_end(e[-1].range) == r.addr) {
		e[-1].range.len += r.len;
		return;
	}
	*e = (struct mem_range){r, type};
	b->count++;
}

/*
 * Merge `add` into the sorted entries [old, behind), all of which it overlaps or touches: so
 * only the first may begin before it, and only the last end behind it.
 */
static void
build(struct builder *b, const struct mem_range *old, const struct mem_range *behind,
        struct range add, uint32_t type)
{
	uint64_t done = add.addr;

	if (old < behind)
		put(b, clip(old->range, 0, add.addr), old->type);
	for (; old < behind; old++) {
		uint64_t end = range_end(old->range);
		uint32_t winner = strength(type) > strength(old->type) ? type : old->type;

		put(b, clip(add, done, old->range.addr), type);
		put(b, clip(add, old->range.addr, end), winner);
		done = end;
	}
	put(b, clip(add, done, SPACE_END), type);
	if (done > range_end(add))
		put(b, clip(old[-1].range, range_end(add), done), old[-1].type);
}

/* Only the entries that overlap or touch what is added are built anew. */
enum refusal_code
memmap_add(
        struct memmap *map, uint64_t addr, uint64_t len, uint32_t type, struct refusal *ret_why)
{
	struct range add = {addr, range_fits(addr, len) ? len : SPACE_END - addr};
	struct mem_range *first = map->entry, *end = first + map->count, *behind;
	uint32_t others;
	struct builder b;

	if (!add.len)
		return REFUSAL_NONE;
	if (first < end && range_end(end[-1].range) < add.addr) /* as most maps come */
		first = end;
	while (first < end && range_end(first->range) < add.addr)
		first++;
	for (behind = first; behind < end && behind->range.addr <= range_end(add);)
		behind++;
	b.count = 0;
	build(&b, first, behind, add, known_type(type));
	others = map->count - (uint32_t)(behind - first);
	if (b.count + others > MEMMAP_MAX)
		return refuse(ret_why, REFUSAL_MAP_FULL, 0, b.count + others, MEMMAP_MAX);
	if (behind < end)
		memmove(first + b.count, behind, (size_t)(end - behind) * sizeof(*first));
	for (uint32_t i = 0; i < b.count; i++)
		first[i] = b.entry[i];
	map->count = b.count + others;
	return REFUSAL_NONE;
}

bool
memmap_is_ram(const struct memmap *map, struct range r)
{
	const struct mem_range *e = map->entry, *end = e + map->count;

	for (; e < end; e++) {
		if (e->type == MEM_RAM && range_contains(e->range, r))
			return true;
	}
	return false;
}

const struct mem_range *
memmap_blocker(const struct memmap *map, struct range r)
{
	for (uint32_t i = 0; i < map->count; i++) {
		const struct mem_range *e = &map->entry[i];

		if (e->type != MEM_RAM && range_overlaps(e->range, r))
			return e;
	}
	return NULL;
}

uint64_t
memmap_ram_size(const struct memmap *map)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < map->count; i++) {
		if (map->entry[i].type == MEM_RAM)
			sum += map->entry[i].range.len;
	}
	return sum;
}

uint64_t
memmap_ram_end(const struct memmap *map)
{
	for (uint32_t i = map->count; i--;) {
		if (map->entry[i].type == MEM_RAM)
			return range_end(map->entry[i].range);
	}
	return 0;
}

/* May this entry become part of a reserved range, without anybody missing memory? */
static bool
may_be_reserved(const struct mem_range *e)
{
	return e->type != MEM_RAM && e->type != MEM_PMEM;
}

/* The entry that is joined with its successor at the least cost in holes, or count. */
static uint32_t
cheapest_join(const struct memmap *map)
{
	uint32_t best = map->count;
	uint64_t best_hole = 0;

	for (uint32_t i = 0; i + 1 < map->count; i++) {
		const struct mem_range *e = &map->entry[i];
		uint64_t hole = e[1].range.addr - range_end(e[0].range);

		if (!may_be_reserved(&e[0]) || !may_be_reserved(&e[1]))
			continue;
		if (best == map->count || hole < best_hole) {
			best = i;
			best_hole = hole;
		}
	}
	return best;
}

/*
 * Make entries i and i + 1, and the hole between them, one reserved range. What is reserved
 * and touches it now is of the same type, so it joins too; before i there is no such entry,
 * for that would have been joined first.
 */
static void
join(struct memmap *map, uint32_t i)
{
	struct mem_range *e = &map->entry[i];
	uint32_t n = 2;

	if (i + n < map->count && e[n].type == MEM_RESERVED &&
	        e[n].range.addr == range_end(e[1].range))
		n++;
	e->range.len = range_end(e[n - 1].range) - e->range.addr;
	e->type = MEM_RESERVED;
	memmove(e + 1, e + n, (map->count - i - n) * sizeof(*e));
	map->count -= n - 1;
}

enum refusal_code
memmap_squeeze(struct memmap *map, uint32_t limit, struct refusal *ret_why)
{
	while (map->count > limit) {
		uint32_t i = cheapest_join(map);

		if (i == map->count)
			return refuse(ret_why, REFUSAL_MAP_TOO_MANY, 0, map->count, limit);
		join(map, i);
	}
	return REFUSAL_NONE;
}
