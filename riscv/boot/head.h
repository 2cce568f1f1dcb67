/* SPDX-License-Identifier: BSD-2-Clause */
/* What C calls in head.S, and what head.S calls. */
#ifndef KSHIM_RISCV_HEAD_H
#define KSHIM_RISCV_HEAD_H

#include <stdint.h>

/* The first step in C: `tree` is the firmware's device tree. */
void kshim_main(uint64_t hart, uint64_t tree);

/* Start the kernel on this hart in S-mode. */
_Noreturn void enter_kernel(uint64_t hart, uint64_t tree, uint64_t entry);

#endif
