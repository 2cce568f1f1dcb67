/* SPDX-License-Identifier: BSD-2-Clause */
/* hvm_start_info, version 1 (Xen public/arch-x86/hvm/start_info.h). */
#include "probe.h"
#include <xen/arch-x86/hvm/start_info.h>

#define GIB 0x40000000ull

/* A structure of start_info: present, and where the kernel's early mapping reaches it. */
static void
check_place(struct probe *p, const char *what, uint64_t addr, uint64_t len)
{
	uint64_t limit = p->label->flags & LABEL_LINUX ? GIB : 4 * GIB;

	if (addr + len > limit)
		fail(p, what, addr + len, limit);
	add_thing(p, what, addr, len);
}

static void
read_modules(struct probe *p, const struct hvm_start_info *si)
{
	const struct hvm_modlist_entry *m = at(si->modlist_paddr);

	if (!si->nr_modules)
		return;
	check_place(p, "modlist", si->modlist_paddr, si->nr_modules * sizeof(*m));
	for (uint32_t i = 0; i < si->nr_modules && i < PROBE_FILES; i++) {
		want(p, "module's reserved", m[i].reserved, 0);
		if (m[i].paddr + m[i].size > 4 * GIB)
			fail(p, "module ends at", m[i].paddr + m[i].size, 4 * GIB);
		p->file[p->files++] = (struct range){m[i].paddr, m[i].size};
	}
	p->initrd = p->file[0];
}

static void
read_map(struct probe *p, const struct hvm_start_info *si)
{
	const struct hvm_memmap_table_entry *e = at(si->memmap_paddr);

	if (!si->memmap_entries) {
		fail(p, "memmap_entries", 0, 1);
		return;
	}
	check_place(p, "memmap", si->memmap_paddr, si->memmap_entries * sizeof(*e));
	for (uint32_t i = 0; i < si->memmap_entries; i++)
		want(p, "memmap entry's reserved", e[i].reserved, 0);
	if (p->label->flags & LABEL_LINUX && si->memmap_entries > 126)
		fail(p, "memmap_entries for a Linux", si->memmap_entries, 126);
	p->map[0].addr = si->memmap_paddr;
	p->map[0].count = si->memmap_entries;
	p->map[0].stride = sizeof(*e);
	p->maps = 1;
}

void
read_start_info(struct probe *p)
{
	const struct hvm_start_info *si = at(p->saved->rbx);

	want(p, "start_info magic", si->magic, XEN_HVM_START_MAGIC_VALUE);
	if (si->magic != XEN_HVM_START_MAGIC_VALUE)
		return;
	want(p, "start_info version", si->version, 1);
	want(p, "start_info reserved", si->reserved, 0);
	check_place(p, "start_info", p->saved->rbx, sizeof(*si));
	if (si->cmdline_paddr)
		check_place(p, "command line", si->cmdline_paddr,
		        length(at(si->cmdline_paddr)) + 1);
	p->cmdline = si->cmdline_paddr;
	p->rsdp = si->rsdp_paddr;
	read_modules(p, si);
	read_map(p, si);
}
