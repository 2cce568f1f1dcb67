/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a firmware does to QEMU's machines pc, q35 and microvm before a kernel runs.
 *
 * pc_init() finds out which machine it is and does all of it, in the one order that works:
 * memory map; PCI; ACPI and SMBIOS tables, because QEMU writes ACPI's windows from the BARs it
 * finds when its tables are first read; memory types on all CPUs. The parts that decide
 * something reach the machine through functions they are given, so that a test can be one.
 */
#ifndef KSHIM_X86_PC_H
#define KSHIM_X86_PC_H

#include "stub/base/bytes.h"
#include "stub/input/memmap.h"
#include "x86/pc/items.h"
#include "x86/pc/mptable.h"
#include "x86/pc/pci.h"
#include "x86/pc/tables.h"

struct pc {
	/* The caller's, to be filled in before pc_init(). */
	struct memmap *map;             /* empty; will tell RAM and what is reserved in it */
	const struct named_range *busy; /* memory that is in use or cannot be reached */
	uint32_t nr_busy;
	bool has_kernel;    /* QEMU handed one over */
	struct range fseg;  /* free memory of the F segment, where all of it is the ROM */
	struct items items; /* known: what fw_cfg_list() took */

	/* Results. */
	uint64_t rsdp; /* 0: there is none */

	/* The parts' own; nothing needs to be cleared. */
	uint32_t cpus;
	pci_line *line; /* NULL: no PCI */
	struct pci pci;
	struct tables tables;
};

/*
 * All of the above, where fw_cfg is there. Wants the first 4 GiB mapped at their own addresses,
 * CR4.OSFXSR, and nothing running between 0xc0000 and 0xfffff, which becomes memory.
 * Errors: those of fw_cfg, the map, pci_scan(), pci_assign(), tables_load().
 */
enum refusal_code pc_init(struct pc *pc, struct refusal *ret_why);

/* pc_chipset.c: knows the machine by what its host bridge is. */

/*
 * Set up whichever chipset there is: BIOS area as memory, PCI, interrupt routing, power
 * management. `low_end` and `ram_end`: first byte after memory below 4 GiB, after all of it.
 */
enum refusal_code pc_chipset(
        struct pc *pc, uint64_t low_end, uint64_t ram_end, struct refusal *ret_why);

/* How PCI's interrupts are routed, for a table. */
void pc_slot_irqs(const struct pc *pc, struct mp_machine *m);

/* pc_map.c */

/* The map by etc/e820 or CMOS, the BIOS area reserved. Errors: those of the items, the map. */
enum refusal_code pc_map(struct pc *pc, struct refusal *ret_why);

#endif
