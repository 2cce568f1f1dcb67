/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's SBI calls of the HSM extension. */
#ifndef KSHIM_RISCV_GUEST_HSM_H
#define KSHIM_RISCV_GUEST_HSM_H

#include "riscv/base/sbi.h"
#include "riscv/guest/vcpu.h"

struct sbi_result guest_hsm_call(struct vcpu *v, uint64_t function);

#endif
