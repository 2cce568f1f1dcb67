/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries out the moves of a plan that its executor makes itself: all but the late ones.
 *
 * For executors that run untranslated inside the guest's space, where an address is a pointer.
 */
#ifndef KSHIM_MOVES_H
#define KSHIM_MOVES_H

#include "stub/plan/plan.h"

/* Bytes [off, off + len) of a stream to `dst`; a fw_cfg_read() fits. */
typedef enum refusal_code moves_reader(uint32_t handle, const char *name, uint64_t off,
        void *dst, uint64_t len, struct refusal *ret_why);

/* In the plan's order. Errors: those of `read`. */
enum refusal_code moves_do_early(
        const struct plan *plan, moves_reader *read, struct refusal *ret_why);

/*
 * Leave all moves of a plan without streams to the trampoline. For an executor that does not
 * know in whose memory it still runs when it could make the early ones itself.
 */
void moves_make_late(struct plan *plan);

#endif
