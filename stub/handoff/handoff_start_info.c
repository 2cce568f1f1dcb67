/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hvm_start_info version 1, behind it the module list, behind that the memory map.
 *
 * Source: Xen public/arch-x86/hvm/start_info.h. Linux takes the first module as its initrd, so
 * it gets the joined one; a hypervisor gets a module a file. All is written to zeros, so what
 * stays 0 is not written.
 */
#include "handoff_parts.h"
#include "stub/wire/start_info.h"

#define INFO_LEN sizeof(struct pvh_start_info)

static void
put_module(uint8_t *list, uint32_t index, uint64_t addr, uint64_t len)
{
	struct pvh_modlist_entry *entry = (struct pvh_modlist_entry *)list + index;

	entry->paddr = addr;
	entry->size = len;
}

/* Write the module list; returns how many there are. */
static uint32_t
write_modules(const struct plan *plan, uint8_t *list)
{
	uint32_t n = 0;

	if (!plan->modules_apart) {
		if (plan->initrd.len)
			put_module(list, n++, plan->initrd.addr, plan->initrd.len);
		return n;
	}
	for (uint32_t i = 0; i < plan->placements; i++) {
		const struct placement *p = &plan->placement[i];

		if (p->kind == PLACE_INITRD)
			put_module(list, n++, p->range.addr, p->data_len);
	}
	return n;
}

static void
write_map(const struct memmap *map, uint8_t *out)
{
	struct pvh_memmap_entry *to = (struct pvh_memmap_entry *)out;
	const struct mem_range *e = map->entry, *end = e + map->count;

	for (; e < end; e++, to++) {
		to->addr = e->range.addr;
		to->size = e->range.len;
		to->type = e->type;
	}
}

void
handoff_start_info(const struct handoff *h, uint64_t addr, uint8_t *out)
{
	uint32_t modules = write_modules(h->plan, out + INFO_LEN);
	uint64_t map_off = start_info_len(modules, 0);
	struct pvh_start_info *si = (struct pvh_start_info *)out;

	si->magic = PVH_START_MAGIC;
	si->version = PVH_START_VERSION;
	si->nr_modules = modules;
	si->modlist_paddr = modules ? addr + INFO_LEN : 0;
	si->cmdline_paddr = handoff_address(h->plan, PLACE_CMDLINE);
	si->rsdp_paddr = h->req->rsdp;
	si->memmap_paddr = addr + map_off;
	si->memmap_entries = h->map->count;
	write_map(h->map, out + map_off);
}
