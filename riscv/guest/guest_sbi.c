/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SBI that the guest sees: version 2.0, whatever the firmware below speaks.
 *
 * SBI specification 2.0: base, TIME, IPI, RFENCE, HSM, SRST, DBCN, and the legacy console.
 * A guest hart is the physical hart of the same id, so fences and resets are passed on; the
 * firmware's hfence calls work on the VMID of the caller. Surprise: probing an absent extension
 * is a success with value 0.
 */
#include "riscv/base/sbi.h"

#include "riscv/base/console.h"
#include "riscv/base/csr.h"
#include "riscv/guest/guest.h"

#define VERSION  (2ull << 24 | 0) /* 2.0 */
#define IMPL_ID  0x6b7368ull      /* "ksh"; below are registered numbers */
#define IMPL_VER 1ull

#define HART_ALL     UINT64_MAX
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
	static const uint64_t ours[] = {SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE, SBI_HSM,
	        SBI_SRST, SBI_DBCN, SBI_LEGACY_PUTCHAR, SBI_LEGACY_GETCHAR};

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
	if (guest.sstc) {
		csr_write(CSR_VSTIMECMP, v->x[10]);
		return success(0);
	}
	csr_clear(CSR_HVIP, IRQ_VSTI);
	sbi_call1(SBI_TIME, 0, v->x[10]);
	csr_set(CSR_SIE, IRQ_STI);
	return success(0);
}

/* Are all harts of the mask the guest's, and is its base not past all of these? */
static bool
mask_is_valid(uint64_t mask, uint64_t base)
{
	bool past = true;

	if (base == HART_ALL)
		return true;
	for (unsigned i = 0; i < 64; i++) {
		if ((mask >> i & 1) && (base > UINT64_MAX - i || !guest_vcpu(base + i)))
			return false;
	}
	for (uint32_t i = 0; i < guest.harts; i++)
		past = past && guest.vcpu[i].hart < base;
	return !past;
}

static bool
mask_has(uint64_t mask, uint64_t base, uint64_t hart)
{
	if (base == HART_ALL)
		return true;
	return hart >= base && hart - base < 64 && (mask >> (hart - base) & 1);
}

static struct sbi_result
ipi_call(const struct vcpu *v, uint64_t function)
{
	uint64_t mask = v->x[10], base = v->x[11];

	if (function != 0)
		return not_supported;
	if (!mask_is_valid(mask, base))
		return error(SBI_ERR_INVALID_PARAM);
	for (uint32_t i = 0; i < guest.harts; i++) {
		struct vcpu *to = &guest.vcpu[i];

		if (!mask_has(mask, base, to->hart))
			continue;
		if (to == v) {
			csr_set(CSR_HVIP, IRQ_VSSI);
			continue;
		}
		__atomic_store_n(&to->ipi, 1, __ATOMIC_RELEASE);
		sbi_call(SBI_IPI, 0, (struct sbi_args){{1, to->hart}});
	}
	return success(0);
}

static struct sbi_result
rfence_call(const struct vcpu *v, uint64_t function)
{
	uint64_t mask = v->x[10], base = v->x[11], start = v->x[12], size = v->x[13];
	struct sbi_args args = {{mask, base, start, size, v->x[14]}};

	if (function > SBI_RFENCE_SFENCE_ASID)
		return not_supported; /* hfence: the guest has no H */
	if (!mask_is_valid(mask, base))
		return error(SBI_ERR_INVALID_PARAM);
	if (function == SBI_RFENCE_FENCE_I)
		return error(sbi_call(SBI_RFENCE, function, args).error);
	if (size && size != UINT64_MAX && start > UINT64_MAX - (size - 1))
		return error(SBI_ERR_INVALID_ADDRESS);
	function = function == SBI_RFENCE_SFENCE ? SBI_RFENCE_HVVMA : SBI_RFENCE_HVVMA_ASID;
	return error(sbi_call(SBI_RFENCE, function, args).error);
}

static struct sbi_result
srst_call(const struct vcpu *v, uint64_t function)
{
	uint32_t type = (uint32_t)v->x[10], reason = (uint32_t)v->x[11];

	if (function != 0)
		return not_supported;
	if (type >= SRST_TYPES || reason >= SRST_REASONS)
		return error(SBI_ERR_INVALID_PARAM);
	if (type == SBI_SRST_SHUTDOWN && !sbi_call1(SBI_BASE, SBI_BASE_PROBE, SBI_SRST).value)
		sbi_call1(SBI_LEGACY_SHUTDOWN, 0, 0);
	return error(sbi_call(SBI_SRST, 0, (struct sbi_args){{type, reason}}).error);
}

static struct sbi_result
dbcn_transfer(bool read, uint64_t len, uint64_t low, uint64_t high)
{
	uint8_t *at = (uint8_t *)(uintptr_t)low;
	uint64_t n = 0;

	if (!len)
		return success(0);
	if (high || !range_fits(low, len) ||
	        !memmap_is_ram(guest.map, (struct range){low, len}))
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
		return dbcn_transfer(function == SBI_DBCN_READ, v->x[10], v->x[11], v->x[12]);
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
	default:
		return not_supported;
	}
}

/* The legacy console returns in a0 only. */
static bool
legacy_call(struct vcpu *v, uint64_t extension)
{
	if (extension == SBI_LEGACY_PUTCHAR) {
		console_byte((uint8_t)v->x[10]);
		v->x[10] = 0;
	} else if (extension == SBI_LEGACY_GETCHAR) {
		v->x[10] = (uint64_t)(int64_t)console_read();
	} else {
		return false;
	}
	return true;
}

void
guest_sbi_call(struct vcpu *v)
{
	struct sbi_result r;

	v->sepc += 4;
	if (legacy_call(v, v->x[17]))
		return;
	r = dispatch(v, v->x[17], v->x[16]);
	v->x[10] = (uint64_t)r.error;
	v->x[11] = r.value;
}
