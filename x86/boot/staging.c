/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for free RAM from the top: a try that meets something goes on below it.
 */
#include "x86/boot/staging.h"

static const struct named_range *
in_the_way(const struct named_range *avoid, uint32_t count, struct range r)
{
	for (uint32_t i = 0; i < count; i++) {
		if (range_overlaps(avoid[i].range, r))
			return &avoid[i];
	}
	return NULL;
}

bool
room_find(const struct memmap *map, const struct named_range *avoid, uint32_t count,
        uint64_t len, uint64_t *ret_addr)
{
	for (uint32_t i = map->count; i-- > 0;) {
		const struct mem_range *m = &map->entry[i];
		uint64_t low = m->range.addr > MIB ? m->range.addr : MIB;
		uint64_t end = range_end(m->range);

		while (m->type == MEM_RAM && end > low && end - low >= len) {
			struct range try = {align_down(end - len, PAGE), len};
			const struct named_range *o = in_the_way(avoid, count, try);

			if (try.addr < low)
				break;
			if (!o) {
				*ret_addr = try.addr;
				return true;
			}
			end = o->range.addr;
		}
	}
	return false;
}
