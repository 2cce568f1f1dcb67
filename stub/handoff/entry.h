/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine state at the kernel's first instruction, as data.
 *
 * x86/cpu/trampoline.asm loads it, the launcher gives it to KVM_SET_REGS and KVM_SET_SREGS, the
 * probe kernels in tests/ compare it on arrival. Rules: Linux Documentation/arch/x86/boot.rst
 * ("32-bit boot protocol", "64-bit boot protocol"), Xen docs/misc/pvh.pandoc.
 */
#ifndef KSHIM_ENTRY_H
#define KSHIM_ENTRY_H

#include "stub/plan/plan.h"

#define ENTRY_CS      0x10 /* __BOOT_CS */
#define ENTRY_DS      0x18 /* __BOOT_DS */
#define ENTRY_TR      0x20
#define ENTRY_GDT_LEN 0x30 /* null, unused, code, data, TSS (two slots in long mode) */

struct segment_state {
	uint16_t selector;
	uint16_t access; /* as in a descriptor: type, S, DPL, P in bits 0-7; AVL, L, D, G in
	                    12-15 */
	uint32_t limit;  /* bytes - 1 */
	uint64_t base;
};

struct machine_state {
	uint64_t rip, rsp, rflags;
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
	uint64_t cr0, cr3, cr4, efer;
	uint64_t gdt_base;
	uint32_t gdt_limit; /* bytes - 1 */
	uint32_t bits;      /* 32 (protected mode, paging off) or 64 (long mode) */
	struct segment_state cs, data /* ds es fs gs ss */, tr;
};

/* The state with which this plan enters the kernel. */
void entry_state(const struct plan *plan, struct machine_state *ret_state);

/* The GDT that goes with it, for the GDT placement: ENTRY_GDT_LEN bytes. */
void entry_gdt(const struct plan *plan, uint8_t *out);

#endif
