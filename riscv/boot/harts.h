/* SPDX-License-Identifier: BSD-2-Clause */
/* The harts other than the one that boots. */
#ifndef KSHIM_RISCV_HARTS_H
#define KSHIM_RISCV_HARTS_H

#include "stub/riscv/riscv_machine.h"

/*
 * Where the firmware's start of a hart can go astray, make the harts other than `self` wait so
 * that it can't.
 */
void harts_lay_to_sleep(const struct riscv_machine *machine, uint64_t self);

#endif
