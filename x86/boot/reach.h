/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory above 4 GiB: mapped when it is first needed, at its own address.
 */
#ifndef KSHIM_X86_REACH_H
#define KSHIM_X86_REACH_H

#include "stub/base/refusal.h"

/* Entries of page tables (Intel SDM vol. 3, 4.5). */
#define PT_ENTRIES  512
#define PTE_PRESENT 0x01ull
#define PTE_WRITE   0x02ull
#define PTE_LARGE   0x80ull /* a page of 2 MiB or 1 GiB */
#define PTE_NX      (1ull << 63)
#define PTE_ADDRESS 0x000ffffffffff000ull

#define LARGE_PAGE      (2ull << 20)
#define BOOT_PD_ENTRIES (4 * PT_ENTRIES)

/* Of identity.inc or rom_entry.asm: the first level, and the page directories of 4 GiB. */
extern uint64_t boot_pml4[PT_ENTRIES], boot_pd[BOOT_PD_ENTRIES];
/* Of protect.c or rom_entry.asm: the entry of a large page that is not our code, less the
 * address. */
extern uint64_t boot_page_bits;

/*
 * Make a range readable and writable, whatever is there. What it names stays reachable.
 * Errors: REFUSAL_SPACE_UNREACHABLE, a = the range, b = what is in the way.
 */
enum refusal_code reach(const char *name, uint64_t addr, uint64_t len, struct refusal *ret_why);

/*
 * Map page 0, which reach() of something in it does as well, or take it away again. In
 * kshim.rom it is always mapped.
 */
void reach_page_0(bool mapped);

/*
 * Let a range below 4 GiB be executed as well as written, with what lies around it up to
 * multiples of 2 MiB: nothing is protected there any more.
 */
void reach_execute(struct range r);

#endif
