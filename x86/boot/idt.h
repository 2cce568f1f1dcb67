/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fault in kshim itself is a refusal on the console instead of a silent reset.
 */
#ifndef KSHIM_X86_IDT_H
#define KSHIM_X86_IDT_H

#define IDT_FAULTS       22 /* exceptions in use; others end as a general protection fault */
#define IDT_FAULT_STRIDE 4  /* bytes between the entries in fault.asm */
#define IDT_PAGE_FAULT   14

/* Load the IDT. Interrupts stay off. */
void idt_load(void);

#endif
