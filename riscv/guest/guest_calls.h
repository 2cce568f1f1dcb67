/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What SBI calls do, whether by extensions (guest_sbi.c) or legacy (guest_legacy.c).
 */
#ifndef KSHIM_RISCV_GUEST_CALLS_H
#define KSHIM_RISCV_GUEST_CALLS_H

#include "riscv/base/sbi.h"
#include "riscv/guest/vcpu.h"

#define HART_ALL UINT64_MAX /* as a mask's base: all harts */

/* Bit i stands for the hart with the id base + i (SBI specification 2.0, 3.1). */
struct hart_mask {
	uint64_t bits, base;
};

/* Let the guest's timer interrupt come at that time, not before. */
void guest_set_timer(const struct vcpu *v, uint64_t at);

/* Errors: SBI_ERR_INVALID_PARAM for a hart that is not the guest's. */
struct sbi_result guest_send_ipi(const struct vcpu *v, struct hart_mask m);

/* `function` is RFENCE's. Errors: as above; SBI_ERR_INVALID_ADDRESS for a range that wraps. */
struct sbi_result guest_remote_fence(const struct vcpu *v, uint64_t function,
        struct hart_mask m, uint64_t start, uint64_t size, uint64_t asid);

/* End the machine, by whatever the firmware has for it. Comes back only with an error. */
struct sbi_result guest_reset(uint32_t type, uint32_t reason);

#endif
