/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is booted: the plan of one run and all that it was made from.
 *
 * --direct plans the kernel. Else the stub is planned: it is a PVH kernel, and kernel and
 * initrds are its modules. Either plan comes from stub/plan/plan.h and is carried out by the
 * same code (carry.h).
 */
#ifndef RUN_BOOT_H
#define RUN_BOOT_H

#include "stub/plan/plan.h"
#include "tools/launch/layout.h"
#include "tools/run/inputs.h"
#include "tools/run/options.h"

#define BOOT_CMDLINE 65536

struct boot {
	struct layout layout;
	struct memmap map;
	struct facts facts;
	char line[BOOT_CMDLINE];
	uint8_t seed[PLAN_RNG_SEED];
	struct named_range fixed[4];
	struct plan_request req;
	struct plan plan;
	struct input module; /* --as: the one file that is handed over, and where */
	struct range module_range;
};

/* Decide everything; STATUS_GO_ON, or a sentence and its status. */
int boot_plan(const struct options *options, const struct inputs *inputs, bool gb_pages,
        struct boot *ret_boot);
void boot_free(struct boot *boot);

#endif
