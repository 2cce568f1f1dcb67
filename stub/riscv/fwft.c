/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest may ask of FWFT, and henvcfg's bits for it.
 */
#include "fwft.h"

#define HENVCFG_ADUE      (1ull << 61)
#define HENVCFG_PMM_SHIFT 32
#define PMM_MASK          3ull
#define PMM_7             2ull
#define PMM_16            3ull

/* The highest value that is valid; 0: a guest's harts never have it. */
static const uint8_t highest[FWFT_FEATURES] = {
        [FWFT_MISALIGNED] = 1, [FWFT_PTE_AD] = 1, [FWFT_PMLEN] = 16};

enum fwft_answer
fwft_check_get(uint64_t feature)
{
	if (feature >= FWFT_FEATURES)
		return FWFT_DENIED;
	return highest[feature] ? FWFT_SUCCESS : FWFT_NOT_SUPPORTED;
}

enum fwft_answer
fwft_check_set(uint64_t feature, uint64_t value, uint64_t flags, uint32_t locked)
{
	enum fwft_answer answer = fwft_check_get(feature);

	if (answer)
		return answer;
	if (value > highest[feature] || flags & ~(uint64_t)FWFT_LOCK)
		return FWFT_INVALID_PARAM;
	return locked >> feature & 1 ? FWFT_DENIED_LOCKED : FWFT_SUCCESS;
}

static uint64_t
pmm(uint64_t pmlen)
{
	if (!pmlen)
		return 0;
	return pmlen <= 7 ? PMM_7 : PMM_16;
}

uint64_t
fwft_henvcfg(uint64_t henvcfg, enum fwft_feature feature, uint64_t value)
{
	if (feature == FWFT_PTE_AD)
		return value ? henvcfg | HENVCFG_ADUE : henvcfg & ~HENVCFG_ADUE;
	henvcfg &= ~(PMM_MASK << HENVCFG_PMM_SHIFT);
	return henvcfg | pmm(value) << HENVCFG_PMM_SHIFT;
}

uint64_t
fwft_value(uint64_t henvcfg, enum fwft_feature feature)
{
	uint64_t mode = henvcfg >> HENVCFG_PMM_SHIFT & PMM_MASK;

	if (feature == FWFT_PTE_AD)
		return henvcfg & HENVCFG_ADUE ? 1 : 0;
	return mode == PMM_16 ? 16 : mode == PMM_7 ? 7 : 0;
}
