/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware features that a guest may set on its harts, and the bits of henvcfg that they are.
 *
 * SBI specification 3.0, chapter 18 (FWFT); RISC-V privileged specification, henvcfg; Svadu
 * (ADUE) and Ssnpm (PMM). All that a guest is offered is local to a hart. Landing pads, shadow
 * stacks and double traps are not: no guest's ISA string names what they need (isa.h).
 */
#ifndef KSHIM_FWFT_H
#define KSHIM_FWFT_H

#include <stdint.h>

enum fwft_feature {
	FWFT_MISALIGNED, /* misaligned accesses trap to the guest; the firmware's to grant */
	FWFT_LANDING_PAD,
	FWFT_SHADOW_STACK,
	FWFT_DOUBLE_TRAP,
	FWFT_PTE_AD, /* the hart sets A and D in page tables */
	FWFT_PMLEN,  /* upper bits of a pointer that do not count */
	FWFT_FEATURES,
};

#define FWFT_LOCK 1u /* flag: no change until the hart is reset */

/* SBI's numbers of errors. */
enum fwft_answer {
	FWFT_SUCCESS = 0,
	FWFT_NOT_SUPPORTED = -2,
	FWFT_INVALID_PARAM = -3,
	FWFT_DENIED = -4,
	FWFT_DENIED_LOCKED = -14,
};

/* Is it a feature that harts may have? DENIED for a reserved one. */
enum fwft_answer fwft_check_get(uint64_t feature);

/* The same, and may it be set so? `locked` has a bit for each feature. */
enum fwft_answer fwft_check_set(
        uint64_t feature, uint64_t value, uint64_t flags, uint32_t locked);

/* henvcfg with a feature that is in it set so; a PMLEN is rounded up to 7 or 16. */
uint64_t fwft_henvcfg(uint64_t henvcfg, enum fwft_feature feature, uint64_t value);

/* The feature's value in henvcfg. */
uint64_t fwft_value(uint64_t henvcfg, enum fwft_feature feature);

#endif
