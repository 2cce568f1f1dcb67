/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets and reads the guest's firmware features on this hart, where the hart has them.
 *
 * What is a bit of henvcfg is there if it can be set; ADUE may need the firmware's leave first.
 * Misaligned accesses are the firmware's to delegate. vcpu.henvcfg stays as it was, because a
 * hart that is started again has the reset values.
 */
#include "riscv/guest/guest_fwft.h"

#include "riscv/base/csr.h"
#include "stub/riscv/fwft.h"

#define PMLEN_MAX 16

static struct sbi_result
answer(int64_t error, uint64_t value)
{
	return (struct sbi_result){error, error ? 0 : value};
}

static bool
firmware_set(uint64_t feature, uint64_t value)
{
	return !sbi_call(SBI_FWFT, SBI_FWFT_SET, (struct sbi_args){{feature, value}}).error;
}

/* The hart has it so, or is as before. */
static bool
henvcfg_set(enum fwft_feature feature, uint64_t value)
{
	uint64_t before = csr_read(CSR_HENVCFG), now;

	csr_write(CSR_HENVCFG, fwft_henvcfg(before, feature, value));
	now = fwft_value(csr_read(CSR_HENVCFG), feature);
	if (feature == FWFT_PMLEN && now < value) {
		csr_write(CSR_HENVCFG, fwft_henvcfg(before, feature, PMLEN_MAX));
		now = fwft_value(csr_read(CSR_HENVCFG), feature);
	}
	if (value ? now < value : now != 0) {
		csr_write(CSR_HENVCFG, before);
		return false;
	}
	hfence_vvma();
	return true;
}

static bool
hart_has(enum fwft_feature feature)
{
	uint64_t before = csr_read(CSR_HENVCFG);
	bool has;

	if (feature == FWFT_MISALIGNED)
		return !sbi_call1(SBI_FWFT, SBI_FWFT_GET, feature).error;
	has = henvcfg_set(feature, 1);
	if (!has && feature == FWFT_PTE_AD && firmware_set(feature, 1))
		has = henvcfg_set(feature, 1);
	csr_write(CSR_HENVCFG, before);
	return has;
}

static struct sbi_result
fwft_set(struct vcpu *v, uint64_t feature, uint64_t value, uint64_t flags)
{
	enum fwft_answer code = fwft_check_set(feature, value, flags, v->fwft_locked);
	bool done;

	if (code == FWFT_DENIED || code == FWFT_NOT_SUPPORTED)
		return answer(code, 0);
	if (!hart_has(feature))
		return answer(SBI_ERR_NOT_SUPPORTED, 0);
	if (code)
		return answer(code, 0);
	done = feature == FWFT_MISALIGNED ? firmware_set(feature, value)
	                                  : henvcfg_set(feature, value);
	if (done && flags & FWFT_LOCK)
		v->fwft_locked |= 1u << feature;
	return answer(done ? SBI_SUCCESS : SBI_ERR_FAILED, 0);
}

static struct sbi_result
fwft_get(uint64_t feature)
{
	enum fwft_answer code = fwft_check_get(feature);

	if (code)
		return answer(code, 0);
	if (feature == FWFT_MISALIGNED)
		return sbi_call1(SBI_FWFT, SBI_FWFT_GET, feature);
	if (!hart_has(feature))
		return answer(SBI_ERR_NOT_SUPPORTED, 0);
	return answer(SBI_SUCCESS, fwft_value(csr_read(CSR_HENVCFG), feature));
}

struct sbi_result
guest_fwft_call(struct vcpu *v, uint64_t function)
{
	uint64_t feature = (uint32_t)v->x[10];

	if (function == SBI_FWFT_SET)
		return fwft_set(v, feature, v->x[11], v->x[12]);
	if (function == SBI_FWFT_GET)
		return fwft_get(feature);
	return answer(SBI_ERR_NOT_SUPPORTED, 0);
}
