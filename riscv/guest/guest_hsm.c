/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hart state management for the guest (SBI specification 2.0, chapter 9).
 *
 * A guest hart is started, stopped and asked for through the firmware's HSM, because it is the
 * physical hart of the same id; between firmware and guest it passes guest_hart_main(). Suspend
 * waits here: both default types wake by any interrupt that the guest has enabled.
 */
#include "riscv/guest/guest_hsm.h"

#include "riscv/base/csr.h"
#include "riscv/guest/guest_hart.h"
#include "riscv/guest/guest_state.h"

extern const uint8_t hart_entry[]; /* head.S */

static uint32_t start_lock;

static struct sbi_result
error(int64_t code)
{
	return (struct sbi_result){code, 0};
}

static bool
can_run_at(const struct vcpu *v, uint64_t addr)
{
	return addr % 2 == 0 && guest_owns(v->guest, addr, 2);
}

/* Under start_lock, so that of two starters only one sets where the hart begins. */
static struct sbi_result
start_stopped(struct vcpu *to, uint64_t addr, uint64_t opaque)
{
	struct sbi_result r = sbi_call1(SBI_HSM, SBI_HSM_GET_STATUS, to->hart);

	if (r.error)
		return error(r.error);
	if (r.value != SBI_HSM_STOPPED)
		return error(SBI_ERR_ALREADY_AVAILABLE);
	to->start_addr = addr;
	to->opaque = opaque;
	to->ipi = 0; /* of an earlier life; from here on each counts */
	fence_all();
	return error(sbi_call(SBI_HSM, SBI_HSM_START,
	        (struct sbi_args){{to->hart, (uintptr_t)hart_entry, (uintptr_t)to}})
	                     .error);
}

static struct sbi_result
hart_start(const struct vcpu *v)
{
	struct vcpu *to = guest_vcpu(v->guest, v->x[10]);
	struct sbi_result r;

	if (!to)
		return error(SBI_ERR_INVALID_PARAM);
	if (!can_run_at(v, v->x[11]))
		return error(SBI_ERR_INVALID_ADDRESS);
	while (__atomic_exchange_n(&start_lock, 1, __ATOMIC_ACQUIRE))
		;
	r = start_stopped(to, v->x[11], v->x[12]);
	__atomic_store_n(&start_lock, 0, __ATOMIC_RELEASE);
	return r;
}

static struct sbi_result
hart_stop(void)
{
	uint64_t enabled = csr_read(CSR_SIE);

	csr_write(CSR_SIE, 0);
	sbi_call1(SBI_HSM, SBI_HSM_STOP, 0);
	csr_write(CSR_SIE, enabled); /* it came back: the hart goes on as it was */
	return error(SBI_ERR_FAILED);
}

static struct sbi_result
hart_suspend(struct vcpu *v)
{
	uint32_t type = (uint32_t)v->x[10];
	uint64_t resume = v->x[11], opaque = v->x[12];

	if (type != SBI_SUSPEND_RETENTIVE && type != SBI_SUSPEND_NON_RETENTIVE)
		return error(SBI_ERR_INVALID_PARAM);
	if (type == SBI_SUSPEND_NON_RETENTIVE && !can_run_at(v, resume))
		return error(SBI_ERR_INVALID_ADDRESS);
	wait_for_interrupt();
	if (type == SBI_SUSPEND_RETENTIVE)
		return error(SBI_SUCCESS);
	guest_hart_enter(v, resume, opaque);
	return (struct sbi_result){(int64_t)v->hart, opaque}; /* a0 and a1 there */
}

struct sbi_result
guest_hsm_call(struct vcpu *v, uint64_t function)
{
	switch (function) {
	case SBI_HSM_START:
		return hart_start(v);
	case SBI_HSM_STOP:
		return hart_stop();
	case SBI_HSM_GET_STATUS:
		if (!guest_vcpu(v->guest, v->x[10]))
			return error(SBI_ERR_INVALID_PARAM);
		return sbi_call1(SBI_HSM, SBI_HSM_GET_STATUS, v->x[10]);
	case SBI_HSM_SUSPEND:
		return hart_suspend(v);
	default:
		return error(SBI_ERR_NOT_SUPPORTED);
	}
}
