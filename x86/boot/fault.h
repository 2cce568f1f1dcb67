/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fault in kshim itself is a refusal on the console instead of a silent reset.
 */
#ifndef KSHIM_X86_FAULT_H
#define KSHIM_X86_FAULT_H

#include <stdint.h>

#define FAULT_VECTORS   22 /* exceptions in use; others end as a general protection fault */
#define FAULT_STRIDE    4  /* bytes between the entries in fault_entries.asm */
#define FAULT_PAGE      14
#define FAULT_IST       1    /* the stack in the TSS that all of them arrive on */
#define FAULT_STACK_LEN 4096 /* the link of each image checks that fault() takes less */

/* A 64-bit TSS (Intel SDM vol. 3, 7.7). */
#define TSS_LEN  104
#define TSS_IST1 36

/*
 * fault_entries.asm's entries call this on a stack of its own: the exception's number, its
 * error code or 0, where it happened, CR2.
 */
_Noreturn void fault(uint64_t vector, uint64_t error, uint64_t rip, uint64_t cr2);

#endif
