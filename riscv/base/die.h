/* SPDX-License-Identifier: BSD-2-Clause */
/* The ends of a boot that did not work out: the sentence on the console, then the firmware. */
#ifndef KSHIM_RISCV_DIE_H
#define KSHIM_RISCV_DIE_H

#include "stub/base/refusal.h"

/* Word the refusal and shut the machine down with the reason "system failure" (SBI SRST). */
_Noreturn void die(const struct refusal *why);

/* For head.S: kshim itself has trapped. */
_Noreturn void host_fault(uint64_t cause, uint64_t pc, uint64_t address);

#endif
