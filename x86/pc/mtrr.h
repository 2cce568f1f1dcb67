/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model-specific registers that all CPUs must have alike: memory types (Intel SDM vol. 3,
 * 12.11), and what QEMU asks for.
 */
#ifndef KSHIM_X86_MTRR_H
#define KSHIM_X86_MTRR_H

#include "stub/base/range.h"

#define MSR_FEATURE_CONTROL 0x3a
#define MSR_MTRR_CAP        0xfe
#define MSR_LIST            16

/* `count` registers from `number` on that get the same value. */
struct msr {
	uint32_t number, count, low, high;
};

/* What all other CPUs are to be told. */
struct msr_list {
	uint32_t cpus; /* of the machine; with one nothing is kept */
	uint32_t count;
	struct msr msr[MSR_LIST];
};

/*
 * wake.c: write a value to `count` registers from `number` on, on this CPU, and keep it for the
 * others; what has no room is not kept.
 */
void msr_set(struct msr_list *list, uint32_t number, uint32_t count, uint64_t value);

/*
 * Memory types of a PC whose RAM below 4 GiB ends at `low_end`: write-back, with the VGA area
 * and the devices from there to 4 GiB uncached, the BIOS area write-protected. `bits`: of a
 * physical address. `cap`: MSR_MTRR_CAP; where it has too little nothing is set.
 */
void mtrr_set(struct msr_list *list, uint64_t low_end, unsigned bits, uint64_t cap);

/* wake.c: have all others write the list; those that do not answer are counted on the console.
 */
void msr_tell_others(const struct msr_list *list);

#endif
