/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hvm_start_info and all that it points to, as JSON; Xen public/arch-x86/hvm/start_info.h.
 */
#include "dump.h"

#include <string.h>

#include "stub/wire/start_info.h"

#define TEXT_MAX 65536

static json_object *
dump_modules(struct dump *d, const struct pvh_start_info *info)
{
	json_object *list = json_new_array();

	for (uint32_t i = 0; i < info->nr_modules && dump_entry(d); i++) {
		struct pvh_modlist_entry e;
		const uint8_t *p =
		        memory_at(d->mem, info->modlist_paddr + i * sizeof(e), sizeof(e));

		if (!p)
			break;
		memcpy(&e, p, sizeof(e));
		json_append(list, dump_blob(d, e.paddr, e.size));
	}
	return list;
}

static json_object *
dump_map(struct dump *d, const struct pvh_start_info *info)
{
	json_object *list = json_new_array();

	for (uint32_t i = 0; info->version && i < info->memmap_entries && dump_entry(d); i++) {
		struct pvh_memmap_entry e;
		const uint8_t *p =
		        memory_at(d->mem, info->memmap_paddr + i * sizeof(e), sizeof(e));

		if (!p)
			break;
		memcpy(&e, p, sizeof(e));
		json_append(list, dump_map_entry(e.addr, e.size, e.type));
	}
	return list;
}

json_object *
dump_start_info(struct dump *d, uint64_t addr)
{
	const uint8_t *p = memory_at(d->mem, addr, sizeof(struct pvh_start_info));
	json_object *o;
	struct pvh_start_info info;

	if (!p)
		return NULL;
	memcpy(&info, p, sizeof(info));
	o = json_new_object();
	dump_add_hex(o, "magic", info.magic);
	dump_add_hex(o, "version", info.version);
	dump_add_hex(o, "flags", info.flags);
	dump_add_hex(o, "nr_modules", info.nr_modules);
	dump_add_hex(o, "modlist_paddr", info.modlist_paddr);
	dump_add_hex(o, "cmdline_paddr", info.cmdline_paddr);
	dump_add_hex(o, "rsdp_paddr", info.rsdp_paddr);
	dump_add_hex(o, "memmap_paddr", info.memmap_paddr);
	dump_add_hex(o, "memmap_entries", info.memmap_entries);
	json_add(o, "command_line", dump_text(d->mem, info.cmdline_paddr, TEXT_MAX));
	json_add(o, "modules", dump_modules(d, &info));
	json_add(o, "memory_map", dump_map(d, &info));
	return o;
}
