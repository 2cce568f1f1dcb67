/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's SBI calls of version 0.1. */
#ifndef KSHIM_RISCV_GUEST_LEGACY_H
#define KSHIM_RISCV_GUEST_LEGACY_H

#include "riscv/guest/vcpu.h"

/* Answer a call of a legacy extension, 0 to 8; returns what a0 becomes. */
int64_t guest_legacy_call(const struct vcpu *v, uint64_t extension);

#endif
