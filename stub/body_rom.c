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
	uint64_t end = align_down(ram_end, PAGE);
	struct range zone = {MIB, 0};
	bool moved = true;

	while (moved) {
		moved = false;
		if (end < MIB)
			return (struct range){MIB, 0};
		zone.len = end - MIB < len ? end - MIB : len;
		zone.addr = end - zone.len;
		for (uint32_t i = 0; i < nr_busy; i++) {
			if (range_overlaps(busy[i].range, zone)) {
				end = align_down(busy[i].range.addr, PAGE);
				moved = true;
			}
		}
	}
	return zone;
}
