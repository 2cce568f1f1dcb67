/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sorted insertion, then joining; see keep.h. One place always stays empty for the next range.
 */
#include "keep.h"
#include "stub/base/bytes.h"

/* Is any byte of it in RAM? */
static bool
in_ram(const struct memmap *map, struct range r)
{
	for (uint32_t i = 0; i < map->count; i++) {
		if (map->entry[i].type == MEM_RAM && range_overlaps(map->entry[i].range, r))
			return true;
	}
	return false;
}

/* Bytes between a range and the next one. */
static uint64_t
gap(const struct keep *k, uint32_t i)
{
	uint64_t end = range_end(k->range[i].range), next = k->range[i + 1].range.addr;

	return next > end ? next - end : 0;
}

/* Make one of a range and the next one. */
static void
join(struct keep *k, uint32_t i)
{
	struct range *a = &k->range[i].range, b = k->range[i + 1].range;
	uint64_t end = range_end(*a) > range_end(b) ? range_end(*a) : range_end(b);

	a->len = end - a->addr;
	k->count--;
	memmove(&k->range[i + 1], &k->range[i + 2], (k->count - i - 1) * sizeof(k->range[0]));
}

void
keep_add(struct keep *k, const char *name, struct range r)
{
	uint32_t i = 0, closest = 0;

	if (!r.len || !range_fits(r.addr, r.len) || (k->map && !in_ram(k->map, r)))
		return;
	while (i < k->count && k->range[i].range.addr <= r.addr)
		i++;
	memmove(&k->range[i + 1], &k->range[i], (k->count - i) * sizeof(k->range[0]));
	k->range[i] = (struct named_range){name, r};
	k->count++;
	for (i = 0; i + 1 < k->count;) {
		if (gap(k, i) <= PAGE)
			join(k, i);
		else
			i++;
	}
	for (i = 1; i + 1 < k->count; i++)
		closest = gap(k, i) < gap(k, closest) ? i : closest;
	if (k->count == k->max)
		join(k, closest);
}
