/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of a hart of the guest. */
#ifndef KSHIM_RISCV_GUEST_HART_H
#define KSHIM_RISCV_GUEST_HART_H

#include "riscv/guest/vcpu.h"

/* Set up this physical hart for `v`, to go on at v->start_addr. */
void guest_hart_begin(struct vcpu *v);

/* Let the hart go on at `addr` as a freshly entered supervisor: a0 = hart, a1 = opaque. */
void guest_hart_enter(struct vcpu *v, uint64_t addr, uint64_t opaque);

/* If another hart has asked for it, inject VSSIP. */
void guest_take_ipi(struct vcpu *v);

#endif
