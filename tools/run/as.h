/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --as firecracker, --as cloud-hypervisor: the stub is handed what those hand over.
 *
 * They put start_info, its lists and the command line at fixed addresses (layout.h) and pass
 * one module, at the end of the memory below the hole; so kernel and initrds go in a bundle.
 */
#ifndef RUN_AS_H
#define RUN_AS_H

#include "stub/handoff/entry.h"
#include "tools/run/boot.h"
#include "tools/run/memory.h"

/* Make the module, and keep the plan off the fixed addresses. */
int as_prepare(const struct inputs *inputs, struct boot *boot);
void as_free(struct boot *boot);

/* Write start_info and what it points to, and point `state` to it; false with errno. */
bool as_write(const struct boot *boot, const struct memory *mem, struct machine_state *state);

#endif
