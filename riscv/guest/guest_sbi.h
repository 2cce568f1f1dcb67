/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's SBI calls: guest_sbi.c answers them, guest_legacy.c those of SBI 0.1, guest_hsm.c
 * those of the HSM extension. What several of them do is declared here.
 */
#ifndef KSHIM_RISCV_GUEST_SBI_H
#define KSHIM_RISCV_GUEST_SBI_H

#include "riscv/base/sbi.h"
#include "riscv/guest/vcpu.h"

#define HART_ALL UINT64_MAX /* as a mask's base: all harts */

/* Bit i stands for the hart with the id base + i (SBI specification 2.0, 3.1). */
struct hart_mask {
	uint64_t bits, base;
};

/* Answer the SBI call that the guest has exited for. */
void guest_sbi_call(struct vcpu *v);

/* The same for a legacy extension, 0 to 8; returns what a0 becomes. */
int64_t guest_legacy_call(struct vcpu *v, uint64_t extension);

/* The same for a function of HSM. */
struct sbi_result guest_hsm_call(struct vcpu *v, uint64_t function);

/* Let the guest's timer interrupt come at that time, not before. */
void guest_set_timer(uint64_t at);

/* Errors: SBI_ERR_INVALID_PARAM for a hart that is not the guest's. */
struct sbi_result guest_send_ipi(const struct vcpu *v, struct hart_mask m);

/* `function` is RFENCE's. Errors: as above; SBI_ERR_INVALID_ADDRESS for a range that wraps. */
struct sbi_result guest_remote_fence(
        uint64_t function, struct hart_mask m, uint64_t start, uint64_t size, uint64_t asid);

/* End the machine, by whatever the firmware has for it. Comes back only with an error. */
struct sbi_result guest_reset(uint32_t type, uint32_t reason);

#endif
