/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries a plan out from the host: files into guest memory, then the handoff's structures.
 */
#ifndef RUN_CARRY_H
#define RUN_CARRY_H

#include "stub/handoff/entry.h"
#include "tools/run/boot.h"
#include "tools/run/memory.h"

/*
 * Write the guest's memory, which is fresh, and say in which state the boot CPU starts.
 * STATUS_GO_ON, or a sentence and its status.
 */
int carry_out(const struct boot *boot, const struct inputs *inputs, uint32_t cpus,
        const struct memory *mem, struct machine_state *ret_state);

#endif
