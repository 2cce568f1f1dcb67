/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bounded list of ranges that must stay as they are: the planner's fixed ones.
 *
 * However many come, none is dropped: where the list is full, the two that lie closest together
 * become one, with what is between them.
 */
#ifndef KSHIM_KEEP_H
#define KSHIM_KEEP_H

#include "memmap.h"

struct keep {
	const struct memmap *map;  /* only what touches its RAM is noted; NULL: everything */
	struct named_range *range; /* `max` of them; ascending, more than a page apart */
	uint32_t count, max;       /* max is 2 or more; count stays below it */
};

/* Note a range. The name is that of the first one where several are joined. */
void keep_add(struct keep *k, const char *name, struct range r);

#endif
