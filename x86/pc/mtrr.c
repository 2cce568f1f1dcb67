/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets the memory type registers (Intel SDM vol. 3, 12.11.2).
 *
 * Without them Linux does without its page attribute table. Registers are 0 after a reset and
 * what stays 0 is left out. The uncached part ends at 4 GiB, so it is a list of powers of two,
 * each on a multiple of itself, from the end of RAM up.
 */
#include "x86/pc/mtrr.h"

#define MTRR_BASE    0x200 /* and +1: mask; then the next pair */
#define MTRR_64K     0x250 /* 0 to 512 KiB */
#define MTRR_16K     0x258 /* to 640 KiB; the next one is VGA's */
#define MTRR_4K      0x268 /* eight of them, from 768 KiB on */
#define MTRR_DEFAULT 0x2ff
#define CAP_COUNT    0xff
#define CAP_FIXED    0x100
#define MASK_VALID   0x800
#define DEFAULT_ON   0xc00
#define UNCACHED     0
#define WRITE_BACK   6
#define ALL_BACK     0x0606060606060606ull
#define ALL_PROTECT  0x0505050505050505ull
#define HOLE_LEAST   (256 * MIB) /* finer steps would take more registers than there are */

static void
set_uncached(struct msr_list *list, uint64_t start, unsigned bits, unsigned count)
{
	uint64_t mask = (1ull << bits) - 1;

	for (uint32_t reg = MTRR_BASE; count-- && start < 4 * GIB; reg += 2) {
		uint64_t len = start & -start;

		msr_set(list, reg, 1, start | UNCACHED);
		msr_set(list, reg + 1, 1, (mask & -len) | MASK_VALID);
		start += len;
	}
}

void
mtrr_set(struct msr_list *list, uint64_t low_end, unsigned bits, uint64_t cap)
{
	uint64_t hole = 2 * GIB;

	if (!(cap & CAP_FIXED) || (cap & CAP_COUNT) < 3 || bits < 32 || bits > 52)
		return;
	if (low_end > hole && !align_up(low_end, HOLE_LEAST, &hole))
		return;
	msr_set(list, MTRR_64K, 1, ALL_BACK);
	msr_set(list, MTRR_16K, 1, ALL_BACK);
	msr_set(list, MTRR_4K, 8, ALL_PROTECT);
	set_uncached(list, hole, bits, cap & CAP_COUNT);
	msr_set(list, MTRR_DEFAULT, 1, DEFAULT_ON | WRITE_BACK);
}
