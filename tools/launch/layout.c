/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest-physical layouts as tables; see layout.h for their sources.
 */
#include "layout.h"

#define HOLE     (3 * GIB) /* no memory from here to 4 GiB: devices, APICs */
#define VGA      0xa0000u  /* no memory either: Linux would take it for a display's */
#define VGA_END  0xc0000u
#define BIOS     0xe0000u
#define EBDA     0x9fc00u
#define HIGH     (1 * MIB)
#define MMCONFIG 0xe8000000u

#define FC_DEVICES 0xeec00000u /* where Firecracker has MMCONFIG, too */

static void
add_slot(struct layout *l, uint64_t from, uint64_t to)
{
	if (from < to)
		l->slot[l->slots++] = (struct range){from, to - from};
}

static void
tell(struct layout *l, uint64_t from, uint64_t to, enum mem_type type)
{
	if (from < to)
		l->entry[l->entries++] = (struct mem_range){{from, to - from}, type};
}

static void
make_kshim(struct layout *l, uint64_t high_end)
{
	add_slot(l, 0, VGA);
	add_slot(l, VGA_END, l->low_end);
	tell(l, 0, EBDA, MEM_RAM);
	tell(l, EBDA, VGA, MEM_RESERVED);
	tell(l, BIOS, HIGH, MEM_RESERVED);
	tell(l, HIGH, l->low_end, MEM_RAM);
	tell(l, LAYOUT_KVM_IDENTITY, LAYOUT_KVM_IDENTITY + 4 * PAGE, MEM_RESERVED);
	tell(l, 4 * GIB, high_end, MEM_RAM);
	l->rsdp = BIOS;
	l->tables = BIOS + 64;
	l->tables_len = 0x10000 - 64;
	l->mptable = 0xf0000;
	l->mptable_len = 0x10000;
	l->rsdp_told = l->rsdp;
}

static void
make_firecracker(struct layout *l, uint64_t high_end)
{
	add_slot(l, 0, l->low_end);
	tell(l, 0, EBDA, MEM_RAM);
	tell(l, EBDA, HIGH, MEM_RESERVED);
	tell(l, FC_DEVICES, 0xfec00000, MEM_RESERVED);
	tell(l, 4 * GIB, high_end, MEM_RAM);
	tell(l, HIGH, l->low_end, MEM_RAM);
	l->rsdp = BIOS;
	l->tables = VGA;
	l->tables_len = 0x2000;
	l->mptable = EBDA;
	l->mptable_len = 0x400;
	l->rsdp_told = 0;
}

static void
make_cloud_hypervisor(struct layout *l, uint64_t high_end)
{
	add_slot(l, 0, l->low_end);
	tell(l, 0, VGA, MEM_RAM);
	tell(l, HIGH, l->low_end, MEM_RAM);
	tell(l, 4 * GIB, high_end, MEM_RAM);
	tell(l, MMCONFIG, MMCONFIG + 256 * MIB, MEM_RESERVED);
	l->rsdp = VGA;
	l->tables = VGA + 64;
	l->tables_len = 0x10000 - 64;
	l->mptable = EBDA;
	l->mptable_len = 0x400;
	l->rsdp_told = l->rsdp;
}

void
layout_make(enum layout_kind kind, uint64_t memory, struct layout *ret_layout)
{
	struct layout *l = ret_layout;
	uint64_t high_end = memory > HOLE ? 4 * GIB + (memory - HOLE) : 0;

	*l = (struct layout){.kind = kind, .low_end = memory < HOLE ? memory : HOLE};
	switch (kind) {
	case LAYOUT_KSHIM:
		make_kshim(l, high_end);
		break;
	case LAYOUT_FIRECRACKER:
		make_firecracker(l, high_end);
		break;
	case LAYOUT_CLOUD_HYPERVISOR:
		make_cloud_hypervisor(l, high_end);
		break;
	}
	add_slot(l, 4 * GIB, high_end);
}

/* Linux takes MMCONFIG only where the map has it as reserved; the other two maps have it so. */
void
layout_add_pci(struct layout *layout)
{
	layout->ecam = layout->kind == LAYOUT_FIRECRACKER ? FC_DEVICES : MMCONFIG;
	layout->pci_window = (struct range){HOLE, MMCONFIG - HOLE};
	if (layout->kind == LAYOUT_KSHIM)
		tell(layout, MMCONFIG, MMCONFIG + LAYOUT_ECAM_LEN, MEM_RESERVED);
}

void
layout_memmap(const struct layout *layout, struct memmap *ret_map)
{
	struct refusal why;

	ret_map->count = 0;
	for (uint32_t i = 0; i < layout->entries; i++) /* a handful: cannot be refused */
		memmap_add(ret_map, layout->entry[i].range.addr, layout->entry[i].range.len,
		        layout->entry[i].type, &why);
}
