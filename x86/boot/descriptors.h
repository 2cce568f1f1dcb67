/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GDT, TSS and IDT of the images that a launcher starts; kshim.rom has them in rom_entry.asm.
 */
#ifndef KSHIM_X86_DESCRIPTORS_H
#define KSHIM_X86_DESCRIPTORS_H

/* Load all three, so that faults arrive in fault(). Interrupts stay off. */
void descriptors_load(void);

#endif
