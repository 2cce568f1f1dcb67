/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timer, IPIs, fences and reset for the guest, by the firmware's calls and the hart's
 * registers.
 *
 * A guest hart is the physical hart of the same id, so fences and resets are passed on; the
 * firmware's hfence calls work on the VMID of the caller.
 */
#include "riscv/guest/guest_calls.h"

#include "riscv/base/csr.h"
#include "riscv/guest/guest_state.h"

static struct sbi_result
error(int64_t code)
{
	return (struct sbi_result){code, 0};
}

void
guest_set_timer(const struct vcpu *v, uint64_t at)
{
	if (v->guest->sstc) {
		csr_write(CSR_VSTIMECMP, at);
		return;
	}
	csr_clear(CSR_HVIP, IRQ_VSTI);
	sbi_call1(SBI_TIME, 0, at);
	csr_set(CSR_SIE, IRQ_STI);
}

/* Are all harts of the mask the guest's, and is its base not past all of these? */
static bool
mask_is_valid(struct guest *guest, struct hart_mask m)
{
	bool past = true;

	if (m.base == HART_ALL)
		return true;
	for (unsigned i = 0; i < 64; i++) {
		if ((m.bits >> i & 1) &&
		        (m.base > UINT64_MAX - i || !guest_vcpu(guest, m.base + i)))
			return false;
	}
	for (uint32_t i = 0; i < guest->harts; i++)
		past = past && guest->vcpu[i].hart < m.base;
	return !past;
}

static bool
mask_has(struct hart_mask m, uint64_t hart)
{
	if (m.base == HART_ALL)
		return true;
	return hart >= m.base && hart - m.base < 64 && (m.bits >> (hart - m.base) & 1);
}

struct sbi_result
guest_send_ipi(const struct vcpu *v, struct hart_mask m)
{
	if (!mask_is_valid(v->guest, m))
		return error(SBI_ERR_INVALID_PARAM);
	for (uint32_t i = 0; i < v->guest->harts; i++) {
		struct vcpu *to = &v->guest->vcpu[i];

		if (!mask_has(m, to->hart))
			continue;
		if (to == v) {
			csr_set(CSR_HVIP, IRQ_VSSI);
			continue;
		}
		__atomic_store_n(&to->ipi, 1, __ATOMIC_RELEASE);
		sbi_call(SBI_IPI, 0, (struct sbi_args){{1, to->hart}});
	}
	return error(SBI_SUCCESS);
}

struct sbi_result
guest_remote_fence(const struct vcpu *v, uint64_t function, struct hart_mask m, uint64_t start,
        uint64_t size, uint64_t asid)
{
	struct sbi_args args = {{m.bits, m.base, start, size, asid}};

	if (function > SBI_RFENCE_SFENCE_ASID)
		return error(SBI_ERR_NOT_SUPPORTED); /* hfence: the guest has no H */
	if (!mask_is_valid(v->guest, m))
		return error(SBI_ERR_INVALID_PARAM);
	if (function == SBI_RFENCE_FENCE_I)
		return error(sbi_call(SBI_RFENCE, function, args).error);
	if (size && size != UINT64_MAX && start > UINT64_MAX - (size - 1))
		return error(SBI_ERR_INVALID_ADDRESS);
	function = function == SBI_RFENCE_SFENCE ? SBI_RFENCE_HVVMA : SBI_RFENCE_HVVMA_ASID;
	return error(sbi_call(SBI_RFENCE, function, args).error);
}

struct sbi_result
guest_reset(uint32_t type, uint32_t reason)
{
	if (type == SBI_SRST_SHUTDOWN && !sbi_call1(SBI_BASE, SBI_BASE_PROBE, SBI_SRST).value)
		sbi_call1(SBI_LEGACY_SHUTDOWN, 0, 0);
	return error(sbi_call(SBI_SRST, 0, (struct sbi_args){{type, reason}}).error);
}
