/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a hart of the guest. */
#ifndef KSHIM_RISCV_TRAP_H
#define KSHIM_RISCV_TRAP_H

#include "riscv/guest/vcpu.h"

/* Run it from v->start_addr on; head.S calls this for the harts that HSM has started. */
_Noreturn void guest_hart_main(struct vcpu *v);

#endif
