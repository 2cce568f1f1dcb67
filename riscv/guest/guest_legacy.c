/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The legacy calls, all that a kernel written for SBI 0.1 has (SBI specification 2.0, chapter
 * 5).
 *
 * They return in a0 alone, a1 is kept. Harts are named by a bit vector at a guest virtual
 * address; a null pointer means all, as OpenSBI has it. One word of the vector is read, because
 * a machine has at most 64 harts here: a hart with an id above 63 cannot be named.
 */
#include "riscv/guest/guest_legacy.h"

#include "riscv/base/console.h"
#include "riscv/base/csr.h"
#include "riscv/guest/guest_calls.h"

/* The mask at the address that the first argument holds; false if it cannot be read. */
static bool
read_mask(const struct vcpu *v, struct hart_mask *ret_mask)
{
	*ret_mask = (struct hart_mask){0, v->x[10] ? 0 : HART_ALL};
	return !v->x[10] || vcpu_load64(v->x[10], &ret_mask->bits);
}

static int64_t
send_ipi(const struct vcpu *v)
{
	struct hart_mask m;

	return read_mask(v, &m) ? guest_send_ipi(v, m).error : SBI_ERR_INVALID_ADDRESS;
}

static int64_t
fence(const struct vcpu *v, uint64_t function)
{
	struct hart_mask m;

	if (!read_mask(v, &m))
		return SBI_ERR_INVALID_ADDRESS;
	return guest_remote_fence(v, function, m, v->x[11], v->x[12], v->x[13]).error;
}

int64_t
guest_legacy_call(const struct vcpu *v, uint64_t extension)
{
	switch (extension) {
	case SBI_LEGACY_SET_TIMER:
		guest_set_timer(v, v->x[10]);
		return 0;
	case SBI_LEGACY_PUTCHAR:
		console_byte((uint8_t)v->x[10]);
		return 0;
	case SBI_LEGACY_GETCHAR:
		return console_read();
	case SBI_LEGACY_CLEAR_IPI:
		csr_clear(CSR_HVIP, IRQ_VSSI);
		return 0;
	case SBI_LEGACY_SEND_IPI:
		return send_ipi(v);
	case SBI_LEGACY_FENCE_I:
		return fence(v, SBI_RFENCE_FENCE_I);
	case SBI_LEGACY_SFENCE:
		return fence(v, SBI_RFENCE_SFENCE);
	case SBI_LEGACY_SFENCE_ASID:
		return fence(v, SBI_RFENCE_SFENCE_ASID);
	case SBI_LEGACY_SHUTDOWN:
		return guest_reset(SBI_SRST_SHUTDOWN, 0).error;
	default:
		return SBI_ERR_NOT_SUPPORTED;
	}
}
