/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kshim.rom puts the tables that QEMU has for the kernel: as high below 4 GiB as it can.
 */
#include "body.h"

uint64_t
body_ram_end_at(const struct memmap *map, uint64_t addr)
{
	const struct mem_range *e = map->entry, *end = e + map->count;

	for (; e < end; e++) {
		if (addr < range_end(e->range))
			return e->type == MEM_RAM && addr >= e->range.addr ? range_end(e->range)
			                                                   : 0;
	}
	return 0;
}

struct range
body_high_zone(uint64_t ram_end, const struct named_range *busy, uint32_t nr_busy, uint64_t len)
{
	const struct named_range *b = busy, *busy_end = busy + nr_busy;
	uint64_t end = align_down(ram_end, PAGE), start;

	for (;;) {
		if (end <= MIB)
			return (struct range){MIB, 0};
		start = end - MIB < len ? MIB : end - len;
		for (b = busy; b < busy_end; b++) {
			if (range_overlaps(b->range, (struct range){start, end - start}))
				break;
		}
		if (b == busy_end)
			return (struct range){start, end - start};
		end = align_down(b->range.addr, PAGE);
	}
}
