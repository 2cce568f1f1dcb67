/* SPDX-License-Identifier: BSD-2-Clause */
/* FWFT, the guest's firmware features (SBI specification 3.0, chapter 18). */
#ifndef KSHIM_RISCV_GUEST_FWFT_H
#define KSHIM_RISCV_GUEST_FWFT_H

#include "riscv/base/sbi.h"
#include "riscv/guest/vcpu.h"

struct sbi_result guest_fwft_call(struct vcpu *v, uint64_t function);

#endif
