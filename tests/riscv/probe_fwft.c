/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FWFT with good and bad arguments (SBI specification 3.0, chapter 18). What pointer masking
 * does is not tried: QEMU 10 takes a guest's from menvcfg.
 */
#include "riscv/base/sbi.h"
#include "stub/riscv/fwft.h"
#include "tests/riscv/probe.h"

#define PLATFORM_LOCAL  0x40000000u
#define RESERVED_GLOBAL 0x80000000u

static uint64_t
set(uint64_t feature, uint64_t value, uint64_t flags)
{
	struct sbi_args args = {{feature, value, flags}};

	return (uint64_t)sbi_call(SBI_FWFT, SBI_FWFT_SET, args).error;
}

static struct sbi_result
get(uint64_t feature)
{
	return sbi_call1(SBI_FWFT, SBI_FWFT_GET, feature);
}

static void
check_absent(uint64_t feature, int64_t error)
{
	check("get of an absent feature", (uint64_t)get(feature).error, (uint64_t)error);
	check("its value", get(feature).value, 0);
	check("set of an absent feature", set(feature, 0, 0), (uint64_t)error);
}

/* From `value` on, which is what the hart makes of 1, to the lock. */
static void
check_present(uint64_t feature, uint64_t value, uint64_t too_large)
{
	check("set of a feature", set(feature, 1, 0), 0);
	check("get of it", get(feature).value, value);
	check("a value that it has not", set(feature, too_large, 0),
	        (uint64_t)FWFT_INVALID_PARAM);
	check("a flag that is none", set(feature, 1, 2), (uint64_t)FWFT_INVALID_PARAM);
	check("clearing it", set(feature, 0, 0), 0);
	check("get of none", get(feature).value, 0);
	check("locking it", set(feature, 1, FWFT_LOCK), 0);
	check("set of a locked one", set(feature, 0, 0), (uint64_t)FWFT_DENIED_LOCKED);
	check("get of a locked one", get(feature).value, value);
}

void
check_fwft(uint64_t features)
{
	static const uint8_t too_large[FWFT_FEATURES] = {
	        [FWFT_MISALIGNED] = 2, [FWFT_PTE_AD] = 2, [FWFT_PMLEN] = 17};

	check("probe FWFT", sbi_call1(SBI_BASE, SBI_BASE_PROBE, SBI_FWFT).value, 1);
	check_absent(FWFT_FEATURES, FWFT_DENIED);
	check_absent(PLATFORM_LOCAL, FWFT_DENIED);
	check_absent(RESERVED_GLOBAL, FWFT_DENIED);
	check_absent(UINT32_MAX, FWFT_DENIED);
	for (unsigned i = 0; i < FWFT_FEATURES; i++) {
		if (features >> i & 1)
			check_present(i, i == FWFT_PMLEN ? 7 : 1, too_large[i]);
		else
			check_absent(i, FWFT_NOT_SUPPORTED);
	}
	check("FWFT unknown function", (uint64_t)sbi_call1(SBI_FWFT, 2, 0).error,
	        (uint64_t)SBI_ERR_NOT_SUPPORTED);
}
