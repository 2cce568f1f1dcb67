/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the handoff's files only: one writer a structure.
 *
 * handoff.c dispatches, zeroes `out`, and brings the map to what the kernel takes before it
 * calls these; so they cannot fail.
 */
#ifndef KSHIM_HANDOFF_PARTS_H
#define KSHIM_HANDOFF_PARTS_H

#include "handoff.h"
#include "stub/plan/lengths.h"

/* All that the structures are written from. */
struct handoff {
	const struct plan_request *req;
	const struct plan *plan;
	const struct memmap *map; /* not longer than the kernel takes */
};

/* First address of the plan's placement of that kind, 0 if there is none. */
static inline uint64_t
handoff_address(const struct plan *plan, enum placement_kind kind)
{
	const struct placement *p = plan_find(plan, kind);

	return p ? p->range.addr : 0;
}

void handoff_zero_page(const struct handoff *h, uint8_t *out);
void handoff_setup_data(const struct handoff *h, uint64_t addr, uint8_t *out);
void handoff_start_info(const struct handoff *h, uint64_t addr, uint8_t *out);

/* E820 entries [from, from + count) of the map, to out[0..count * 20). */
void handoff_e820(const struct memmap *map, uint32_t from, uint32_t count, uint8_t *out);

#endif
