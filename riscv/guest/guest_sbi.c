/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SBI that the guest sees: version 3.0, whatever the firmware below speaks.
 *
 * SBI specification 3.0: base, TIME, IPI, RFENCE, HSM (guest_hsm.c), SRST, DBCN, FWFT
 * (guest_fwft.c), and the legacy calls (guest_legacy.c). Surprise: probing an absent extension
 * is a success with value 0.
 */
#include "riscv/guest/guest_sbi.h"

#include "riscv/base/console.h"
#include "riscv/guest/guest_calls.h"
#include "riscv/guest/guest_fwft.h"
#include "riscv/guest/guest_hsm.h"
#include "riscv/guest/guest_legacy.h"
#include "riscv/guest/guest_state.h"

#define VERSION  (3ull << 24 | 0) /* 3.0 */
#define IMPL_ID  0x6b7368ull      /* "ksh"; below are registered numbers */
#define IMPL_VER 1ull

#define SRST_TYPES   3
#define SRST_REASONS 2

static const struct sbi_result not_supported = {SBI_ERR_NOT_SUPPORTED, 0};

static struct sbi_result
success(uint64_t value)
{
	return (struct sbi_result){SBI_SUCCESS, value};
}

static struct sbi_result
error(int64_t code)
{
	return (struct sbi_result){code, 0};
}

static bool
has_extension(uint64_t extension)
{
	static const uint64_t ours[] = {
	        SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE, SBI_HSM, SBI_SRST, SBI_DBCN, SBI_FWFT};

	if (extension <= SBI_LEGACY_SHUTDOWN)
		return true;
	for (unsigned i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (ours[i] == extension)
			return true;
	}
	return false;
}

static struct sbi_result
base_call(const struct vcpu *v, uint64_t function)
{
	switch (function) {
	case SBI_BASE_SPEC_VERSION:
		return success(VERSION);
	case SBI_BASE_IMPL_ID:
		return success(IMPL_ID);
	case SBI_BASE_IMPL_VERSION:
		return success(IMPL_VER);
	case SBI_BASE_PROBE:
		return success(has_extension(v->x[10]));
	case SBI_BASE_MVENDORID:
	case SBI_BASE_MARCHID:
	case SBI_BASE_MIMPID:
		return sbi_call1(SBI_BASE, function, 0);
	default:
		return not_supported;
	}
}

static struct sbi_result
time_call(const struct vcpu *v, uint64_t function)
{
	if (function != 0)
		return not_supported;
	guest_set_timer(v, v->x[10]);
	return success(0);
}

static struct sbi_result
ipi_call(const struct vcpu *v, uint64_t function)
{
	if (function != 0)
		return not_supported;
	return guest_send_ipi(v, (struct hart_mask){v->x[10], v->x[11]});
}

static struct sbi_result
rfence_call(const struct vcpu *v, uint64_t function)
{
	return guest_remote_fence(v, function, (struct hart_mask){v->x[10], v->x[11]}, v->x[12],
	        v->x[13], v->x[14]);
}

static struct sbi_result
srst_call(const struct vcpu *v, uint64_t function)
{
	uint32_t type = (uint32_t)v->x[10], reason = (uint32_t)v->x[11];

	if (function != 0)
		return not_supported;
	if (type >= SRST_TYPES || reason >= SRST_REASONS)
		return error(SBI_ERR_INVALID_PARAM);
	return guest_reset(type, reason);
}

static struct sbi_result
dbcn_transfer(const struct guest *guest, bool read, uint64_t len, uint64_t low, uint64_t high)
{
	uint8_t *at = (uint8_t *)(uintptr_t)low;
	uint64_t n = 0;

	if (!len)
		return success(0);
	if (high || !guest_owns(guest, low, len))
		return error(SBI_ERR_INVALID_PARAM);
	for (; n < len; n++) {
		int c;

		if (!read) {
			console_byte(at[n]);
			continue;
		}
		c = console_read();
		if (c < 0)
			break;
		at[n] = (uint8_t)c;
	}
	return success(n);
}

static struct sbi_result
dbcn_call(const struct vcpu *v, uint64_t function)
{
	switch (function) {
	case SBI_DBCN_WRITE:
	case SBI_DBCN_READ:
		return dbcn_transfer(
		        v->guest, function == SBI_DBCN_READ, v->x[10], v->x[11], v->x[12]);
	case SBI_DBCN_WRITE_BYTE:
		console_byte((uint8_t)v->x[10]);
		return success(0);
	default:
		return not_supported;
	}
}

static struct sbi_result
dispatch(struct vcpu *v, uint64_t extension, uint64_t function)
{
	switch (extension) {
	case SBI_BASE:
		return base_call(v, function);
	case SBI_TIME:
		return time_call(v, function);
	case SBI_IPI:
		return ipi_call(v, function);
	case SBI_RFENCE:
		return rfence_call(v, function);
	case SBI_HSM:
		return guest_hsm_call(v, function);
	case SBI_SRST:
		return srst_call(v, function);
	case SBI_DBCN:
		return dbcn_call(v, function);
	case SBI_FWFT:
		return guest_fwft_call(v, function);
	default:
		return not_supported;
	}
}

void
guest_sbi_call(struct vcpu *v)
{
	struct sbi_result r;

	v->sepc += 4;
	if (v->x[17] <= SBI_LEGACY_SHUTDOWN) {
		v->x[10] = (uint64_t)guest_legacy_call(v, v->x[17]);
		return;
	}
	r = dispatch(v, v->x[17], v->x[16]);
	v->x[10] = (uint64_t)r.error;
	v->x[11] = r.value;
}
