/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first reason for the end of a run is kept. Details are written before the reason is
 * published, under a claim that one thread gets.
 */
#include "ending.h"

#include <sys/eventfd.h>

#define CLAIMED (-1)

void
ending_set(struct ending *e, enum ending_reason reason, uint32_t code, uint32_t cpu,
        const char *what)
{
	int none = ENDING_NONE;

	if (!atomic_compare_exchange_strong(&e->reason, &none, CLAIMED))
		return;
	e->code = code;
	e->cpu = cpu;
	e->what = what;
	atomic_store_explicit(&e->reason, reason, memory_order_release);
	if (eventfd_write(e->wake, 1) < 0)
		return; /* the main thread looks at its next tick */
}
