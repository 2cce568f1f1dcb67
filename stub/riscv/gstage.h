/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * G-stage page tables: which machine addresses a guest may reach, all at their own address.
 *
 * RISC-V privileged specification 20211203, section 8.5 (two-stage address translation) and
 * hgatp (8.2.10): Sv39x4 and Sv48x4 are Sv39 and Sv48 with a root of four pages, aligned to
 * 16 KiB, whose index has two more bits. Leaves are user pages to the hardware (U = 1), and A
 * and D are set beforehand, because nothing would set them later.
 */
#ifndef KSHIM_GSTAGE_H
#define KSHIM_GSTAGE_H

#include "stub/input/memmap.h"

#define GSTAGE_ROOT_PAGES 4
#define GSTAGE_ALIGN      (16 * KIB)

#define GSTAGE_SV39X4 8 /* hgatp.MODE */
#define GSTAGE_SV48X4 9

enum gstage_perm {
	GSTAGE_R = 1 << 1, /* the bits of a page table entry */
	GSTAGE_W = 1 << 2,
	GSTAGE_X = 1 << 3,
	GSTAGE_RW = GSTAGE_R | GSTAGE_W,
	GSTAGE_RWX = GSTAGE_RW | GSTAGE_X,
};

struct gstage {
	uint64_t *pool;     /* pages * 4 KiB, the root first */
	uint64_t pool_addr; /* its machine address, a multiple of GSTAGE_ALIGN */
	uint32_t pages, used;
	unsigned mode; /* hgatp.MODE */
};

/* The mode for harts whose own paging has that many levels; 0 if there is none (levels < 3). */
unsigned gstage_mode(unsigned levels);

/* Start with empty tables in a pool of at least GSTAGE_ROOT_PAGES pages. */
void gstage_init(
        struct gstage *g, unsigned mode, uint64_t *pool, uint64_t pool_addr, uint32_t pages);

/*
 * Map whole pages that overlap nothing mapped before, by the largest leaves that fit (up to
 * 1 GiB).
 * Errors: GSTAGE_RANGE (a = the range), GSTAGE_ROOM.
 */
enum refusal_code gstage_map(struct gstage *g, const char *name, struct range r,
        enum gstage_perm perm, struct refusal *ret_why);

/* The value of hgatp. */
uint64_t gstage_hgatp(const struct gstage *g, unsigned vmid);

#endif
