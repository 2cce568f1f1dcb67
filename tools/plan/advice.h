/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What would help when a plan is refused: found by trying, with the planner itself.
 */
#ifndef PLAN_ADVICE_H
#define PLAN_ADVICE_H

#include "tools/plan/unpacking.h"

#define ADVICE_MAX  6
#define ADVICE_TEXT 200

struct advice_item {
	const char *
	        what; /* a stable word: "memory", "initrd", "cmdline", "reserved", "protocol" */
	uint64_t value; /* bytes that would do; 0 where the item has none */
	char text[ADVICE_TEXT];
};

struct advice {
	uint32_t count;
	struct advice_item item[ADVICE_MAX];
};

/*
 * Try other sizes and choices; *c is as it was afterwards. A size with which Linux would run
 * out of memory while it unpacks is none that would do.
 */
void advice_find(
        struct plan_case *c, const struct unpacking *unpacking, struct advice *ret_advice);

#endif
