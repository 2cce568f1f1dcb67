/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map's two edits, adding and squeezing, and the questions asked of it.
 *
 * An addition keeps the entries that are stronger than it and fills what is left of its range
 * with its own type. How many entries that makes is counted first, so that a map that overflows
 * is left as it was; then it is done in place, from behind.
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

/* What an addition makes of the entries [first, behind), which it overlaps or touches. */
struct edit {
	struct mem_range *first, *behind;
	uint64_t start, end; /* what has the new type, but for the entries that stay */
	uint32_t type;       /* the new one */
	struct mem_range head,
	        tail; /* left of weaker entries outside of it; empty if nothing is */
};

static bool
stays(const struct edit *d, const struct mem_range *e)
{
	return strength(e->type) > strength(d->type);
}

/* An entry of the same type is joined with what is added; of a weaker one the ends are left. */
static void
find_ends(struct edit *d, struct range add)
{
	const struct mem_range *first = d->first, *last = d->behind - 1;

	if (!stays(d, first) && first->type == d->type && first->range.addr < d->start)
		d->start = first->range.addr;
	else if (!stays(d, first) && first->type != d->type)
		d->head = (struct mem_range){clip(first->range, 0, add.addr), first->type};
	if (!stays(d, last) && last->type == d->type && range_end(last->range) > d->end)
		d->end = range_end(last->range);
	else if (!stays(d, last) && last->type != d->type)
		d->tail = (struct mem_range){
		        clip(last->range, range_end(add), SPACE_END), last->type};
}

/* How many entries there will be in place of [first, behind). */
static uint32_t
count_new(const struct edit *d)
{
	uint32_t n = (d->head.range.len != 0) + (d->tail.range.len != 0);
	uint64_t done = d->start;

	for (const struct mem_range *e = d->first; e < d->behind; e++) {
		if (!stays(d, e))
			continue;
		n += 1 + (e->range.addr > done);
		done = range_end(e->range);
	}
	return n + (d->end > done);
}

/* Move the entries that stay together, at `first`; returns the place behind them. */
static struct mem_range *
keep_strong(const struct edit *d)
{
	struct mem_range *out = d->first;

	for (const struct mem_range *e = d->first; e < d->behind; e++) {
		if (stays(d, e))
			*out++ = *e;
	}
	return out;
}

/* Write the new entries up to `out`; those that stay are at [first, kept). */
static void
fill(const struct edit *d, struct mem_range *kept, struct mem_range *out)
{
	uint64_t at = d->end;

	if (d->tail.range.len)
		*--out = d->tail;
	while (kept > d->first) {
		struct mem_range e = *--kept;

		if (range_end(e.range) < at)
			*--out = (struct mem_range){
			        {range_end(e.range), at - range_end(e.range)}, d->type};
		*--out = e;
		at = e.range.addr;
	}
	if (d->start < at)
		*--out = (struct mem_range){{d->start, at - d->start}, d->type};
	if (d->head.range.len)
		*--out = d->head;
}

/* Only the entries that overlap or touch what is added are looked at. */
enum refusal_code
memmap_add(
        struct memmap *map, uint64_t addr, uint64_t len, uint32_t type, struct refusal *ret_why)
{
	struct range add = {addr, range_fits(addr, len) ? len : SPACE_END - addr};
	struct mem_range *first = map->entry, *end = first + map->count, *behind, *kept;
	struct edit d = {.start = add.addr, .end = range_end(add), .type = known_type(type)};
	uint32_t count, others;

	if (!add.len)
		return REFUSAL_NONE;
	if (first < end && range_end(end[-1].range) < add.addr) /* as most maps come */
		first = end;
	while (first < end && range_end(first->range) < add.addr)
		first++;
	for (behind = first; behind < end && behind->range.addr <= range_end(add);)
		behind++;
	d.first = first;
	d.behind = behind;
	if (first < behind)
		find_ends(&d, add);
	count = count_new(&d);
	others = map->count - (uint32_t)(behind - first);
	if (count + others > MEMMAP_MAX)
		return refuse(ret_why, REFUSAL_MAP_FULL, 0, count + others, MEMMAP_MAX);
	kept = keep_strong(&d);
	if (behind < end)
		memmove(first + count, behind, (size_t)(end - behind) * sizeof(*first));
	fill(&d, kept, first + count);
	map->count = count + others;
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
