/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree that a RISC-V kernel is handed, made from the machine's.
 *
 * Direct: the machine's tree with /chosen brought up to date and kshim's memory reserved.
 * Guest: only what the guest has: its memory, its harts with their ISA less what belongs to a
 * hypervisor, the timer frequency, /chosen, and devices that are passed through. The PLIC
 * keeps its context numbers; those of M-mode are marked as absent.
 */
#ifndef KSHIM_FDT_BOOT_H
#define KSHIM_FDT_BOOT_H

#include "riscv_machine.h"

struct fdt_boot {
	const struct fdt *from;
	const struct riscv_machine *machine;
	struct span bootargs; /* without NUL */
	struct range initrd;  /* len 0: none */
	struct range keep;    /* direct: kshim's own memory */
	uint64_t boot_hart;
	const struct memmap *guest; /* the guest's memory; NULL: direct */
	bool sstc;                  /* guest: its timer is stimecmp */
};

/* May a guest use this hart: has it H, and does the tree say which page tables? */
bool fdt_boot_has_hart(const struct riscv_hart *hart);

/* Do all these harts have Sstc? They are told of one timer, so otherwise none uses it. */
bool fdt_boot_has_sstc(const struct riscv_machine *m);

/*
 * Write the tree to out[0..size); with size 0 only count. The length does not depend on the
 * initrd's address, only on whether there is one.
 * Errors: FDT_ROOM.
 */
enum refusal_code fdt_boot_write(const struct fdt_boot *boot, uint8_t *out, uint64_t size,
        uint64_t *ret_len, struct refusal *ret_why);

/*
 * A seed for random numbers in /chosen, which the kernel's tree has a copy of: its bytes in
 * `tree`. Start with *cursor = 0; false after the last one.
 */
bool fdt_boot_next_seed(const struct fdt *tree, uint32_t *cursor, struct span *ret_seed);

#endif
