/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel finds: zero page, setup_data, start_info, command line, GDT, page tables.
 *
 * One function writes the bytes of any placement that comes from no blob, another says which
 * those are. Executors call it for each such placement and put the bytes there.
 */
#ifndef KSHIM_HANDOFF_H
#define KSHIM_HANDOFF_H

#include "stub/plan/plan.h"

/* Does handoff_write() write this placement? Others come from a blob or from the executor. */
bool handoff_writes(const struct placement *p);

/*
 * Write the bytes of `p`, if handoff_writes(p), to out[0..p->range.len). `map` is what the
 * kernel is told: the request's, or under UEFI the final one. Errors: REFUSAL_MAP_TOO_MANY if
 * `map` has outgrown the room; out is then unspecified.
 */
enum refusal_code handoff_write(const struct plan_request *req, const struct plan *plan,
        const struct memmap *map, const struct placement *p, uint8_t *out,
        struct refusal *ret_why);

/* The same for `out` that is known to be zero. */
enum refusal_code handoff_write_to_zeros(const struct plan_request *req,
        const struct plan *plan, const struct memmap *map, const struct placement *p,
        uint8_t *out, struct refusal *ret_why);

#endif
