/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kshim.elf and kshim.bzimage may do to which memory; kshim.rom's is in rom_entry.asm.
 */
#ifndef KSHIM_X86_PROTECT_H
#define KSHIM_X86_PROTECT_H

/*
 * From now on our code is read-only, constants are read-only, all memory but the code cannot be
 * executed (where the CPU can tell: CPUID's NX), page 0 and the page below the stack are not
 * there. Until reach_execute() before the jump.
 */
void protect(void);

#endif
