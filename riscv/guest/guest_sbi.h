/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's SBI calls. */
#ifndef KSHIM_RISCV_GUEST_SBI_H
#define KSHIM_RISCV_GUEST_SBI_H

#include "riscv/guest/vcpu.h"

/* Answer the call that the guest has exited for. */
void guest_sbi_call(struct vcpu *v);

#endif
