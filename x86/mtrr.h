/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model-specific registers that all CPUs must have alike: memory types (Intel SDM vol. 3,
 * 12.11), and what QEMU asks for.
 */
#ifndef KSHIM_X86_MTRR_H
#define KSHIM_X86_MTRR_H

#include "stub/range.h"

#define MSR_FEATURE_CONTROL 0x3a
#define MSR_MTRR_CAP        0xfe
#define MSR_LIST            16

/* `count` registers from `number` on that get the same value. */
struct msr {
	uint32_t number, count, low, high;
};

struct msr_list {
	uint32_t count;
	struct msr msr[MSR_LIST];
};

/* Put one more at the end; one that has no room is left out. */
void msr_add(struct msr_list *list, uint32_t number, uint32_t count, uint64_t value);

/*
 * Memory types of a PC whose RAM below 4 GiB ends at `low_end`: write-back, with the VGA area
 * and the devices from there to 4 GiB uncached, the BIOS area write-protected. `bits`: of a
 * physical address. `cap`: MSR_MTRR_CAP; where it has too little the list stays as it is.
 */
void mtrr_list(struct msr_list *list, uint64_t low_end, unsigned bits, uint64_t cap);

/*
 * wake.c: write the list on this CPU and, where there are more, on all others; those that do
 * not answer are named on the console.
 */
void msr_write_all(const struct msr_list *list, uint32_t cpus);

#endif
