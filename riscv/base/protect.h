/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim's own page tables: its code is executable and cannot be written, nothing else is
 * executable; what lies below a stack, and page 0, is not mapped.
 */
#ifndef KSHIM_RISCV_PROTECT_H
#define KSHIM_RISCV_PROTECT_H

#include "stub/riscv/riscv_machine.h"

/*
 * From here on addresses go through page tables in which each is itself: Sv48, else Sv39. Where
 * neither is there, or Sv39 does not reach all of the machine, they stay without.
 */
void protect(const struct riscv_machine *machine);

/* Take away the page below a stack, on this hart and those that start later. */
void protect_guard(const uint8_t *page);

#endif
