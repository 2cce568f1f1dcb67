/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads hvm_start_info, module list, memory map and command line out of the launcher's memory.
 *
 * Source: Xen public/arch-x86/hvm/start_info.h. Everything is copied or taken into the map
 * here, because staging may soon write where it lies. Version 0 has no memory map.
 */
#include "x86/boot/launcher.h"
#include "stub/wire/start_info.h"
#include "x86/boot/own_image.h"
#include "x86/boot/reach.h"

enum refusal_code
launcher_read_line(struct launcher *l, uint64_t paddr, struct refusal *ret_why)
{
	const char *from = (const char *)(uintptr_t)paddr;
	enum refusal_code code;

	l->line_len = 0;
	if (!paddr)
		return REFUSAL_NONE;
	code = reach("command line", paddr, LINE_ROOM, ret_why);
	if (code)
		return code;
	while (l->line_len < LINE_ROOM && from[l->line_len])
		l->line_len++;
	if (l->line_len == LINE_ROOM) {
		refuse(ret_why, REFUSAL_CMDLINE_BUFFER, 0, LINE_ROOM + 1, LINE_ROOM);
		ret_why->subject = "command line";
		return ret_why->code;
	}
	memcpy(l->line, from, l->line_len);
	return REFUSAL_NONE;
}

/* A module must be in reach and cannot lie where we do: then one of us is damaged. */
enum refusal_code
launcher_check_module(struct range r, struct refusal *ret_why)
{
	enum refusal_code code = reach("module", r.addr, r.len, ret_why);
	struct named_range us[IMAGE_RANGES];

	image_ranges(us);
	for (unsigned i = 0; !code && i < IMAGE_RANGES; i++) {
		if (!range_overlaps(r, us[i].range))
			continue;
		code = refuse(ret_why, REFUSAL_SPACE_UNREACHABLE, 0, 0, 0);
		ret_why->a = (struct named_range){"module", r};
		ret_why->b = us[i];
	}
	return code;
}

static enum refusal_code
read_modules(struct launcher *l, const struct pvh_start_info *si, struct refusal *ret_why)
{
	const struct pvh_modlist_entry *m =
	        (const struct pvh_modlist_entry *)(uintptr_t)si->modlist_paddr;
	enum refusal_code code;

	l->modules = si->modlist_paddr ? si->nr_modules : 0;
	if (l->modules > LAUNCHER_MODULES)
		return refuse_too_many(ret_why, "modules", l->modules, LAUNCHER_MODULES);
	code = reach("module list", si->modlist_paddr, l->modules * sizeof(*m), ret_why);
	for (uint32_t i = 0; !code && i < l->modules; i++) {
		l->module[i] = (struct blob){.where = BLOB_SPACE,
		        .addr = m[i].paddr,
		        .size = m[i].size,
		        .name = i ? NULL : "module 1"};
		code = launcher_check_module((struct range){m[i].paddr, m[i].size}, ret_why);
	}
	return code;
}

static enum refusal_code
read_map(const struct pvh_start_info *si, struct memmap *map, struct refusal *ret_why)
{
	const struct pvh_memmap_entry *e =
	        (const struct pvh_memmap_entry *)(uintptr_t)si->memmap_paddr;
	enum refusal_code code;

	if (si->version < PVH_START_VERSION || !si->memmap_paddr)
		return REFUSAL_NONE;
	code = reach("memory map", si->memmap_paddr, (uint64_t)si->memmap_entries * sizeof(*e),
	        ret_why);
	for (uint32_t i = 0; !code && i < si->memmap_entries; i++)
		code = memmap_add(map, e[i].addr, e[i].size, e[i].type, ret_why);
	return code;
}

enum refusal_code
launcher_read(uint64_t addr, struct launcher *ret_launcher, struct memmap *map,
        struct refusal *ret_why)
{
	const struct pvh_start_info *si = (const struct pvh_start_info *)(uintptr_t)addr;
	enum refusal_code code = reach("start_info", addr, sizeof(*si), ret_why);

	if (code)
		return code;
	if (si->magic != PVH_START_MAGIC)
		return refuse(
		        ret_why, REFUSAL_START_INFO_MAGIC, addr, si->magic, PVH_START_MAGIC);
	ret_launcher->rsdp = si->rsdp_paddr;
	code = launcher_read_line(ret_launcher, si->cmdline_paddr, ret_why);
	if (!code)
		code = read_modules(ret_launcher, si, ret_why);
	if (!code)
		code = read_map(si, map, ret_why);
	return code;
}
