/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things lie in the guest's physical memory, for each launcher that we can play.
 *
 * Sources: Firecracker src/vmm/src/arch/x86_64/{layout.rs,mod.rs}, Cloud Hypervisor
 * arch/src/x86_64/{layout.rs,mod.rs}. Both put start_info at 0x6000 and give one module.
 * Firecracker leaves rsdp_paddr 0 and tells its map unsorted.
 */
#ifndef LAUNCH_LAYOUT_H
#define LAUNCH_LAYOUT_H

#include "stub/input/memmap.h"

enum layout_kind {
	LAYOUT_KSHIM,
	LAYOUT_FIRECRACKER,
	LAYOUT_CLOUD_HYPERVISOR,
};

#define LAYOUT_SLOTS   3
#define LAYOUT_ENTRIES 8

/* Both others use these; with LAYOUT_KSHIM the plan places them. */
#define LAYOUT_START_INFO  0x6000
#define LAYOUT_MODLIST     0x6040
#define LAYOUT_MEMMAP      0x7000
#define LAYOUT_CMDLINE     0x20000
#define LAYOUT_CMDLINE_LEN 0x10000

/* KVM keeps its real-mode TSS and identity map here on Intel CPUs; told as reserved. */
#define LAYOUT_KVM_IDENTITY 0xfffbc000u
#define LAYOUT_KVM_TSS      0xfffbd000u

struct layout {
	enum layout_kind kind;
	uint32_t slots;
	struct range slot[LAYOUT_SLOTS]; /* memory that is there */
	uint32_t entries;
	struct mem_range entry[LAYOUT_ENTRIES]; /* the map that is told, in its order */
	uint64_t rsdp;                          /* ACPI: root pointer, and the other tables */
	uint64_t tables;
	uint64_t tables_len;
	uint64_t mptable; /* floating pointer, the table after it */
	uint64_t mptable_len;
	uint64_t rsdp_told;      /* start_info's rsdp_paddr */
	uint64_t ecam;           /* PCI's configuration in memory; 0: there is no PCI */
	struct range pci_window; /* for its functions' memory */
	uint64_t low_end;        /* end of the memory below the hole */
};

/* The layout of a machine with `memory` bytes; more than the hole allows goes above 4 GiB. */
void layout_make(enum layout_kind kind, uint64_t memory, struct layout *ret_layout);

/* Give the machine a PCI bus, of LAYOUT_ECAM_LEN bytes of configuration. */
void layout_add_pci(struct layout *layout);

#define LAYOUT_ECAM_LEN 0x100000u /* one bus */

/* The told map, normalised. */
void layout_memmap(const struct layout *layout, struct memmap *ret_map);

#endif
