/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the guest prints, line by line, for a kernel's panic in it: the bytes of the console
 * into the panic's text, the first oops, the lines before it, the last lines.
 *
 * Kept are printable characters only, because the lines are printed again at the end.
 */
#ifndef RUN_WATCH_H
#define RUN_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WATCH_LINE  160
#define WATCH_LINES 12 /* at the end, and before the fault */

struct watch {
	bool restarts; /* a guest that resets is started again: that it will is no end */
	char line[WATCH_LINE];
	size_t len;
	char last[WATCH_LINES][WATCH_LINE]; /* the next one at last[lines % WATCH_LINES] */
	uint64_t lines;
	/* Those before the first oops or, without one, the panic, in places as in last[]. */
	char before[WATCH_LINES][WATCH_LINE];
	uint64_t fault; /* how many lines came before it */
	char oops[WATCH_LINE], where[WATCH_LINE], panic[WATCH_LINE]; /* "" if none came */
};

/* A byte of the console; true if with it the kernel has told all of its panic. */
bool watch_put(struct watch *w, uint8_t byte);

static inline bool
watch_panicked(const struct watch *w)
{
	return w->panic[0] != 0;
}

/* The lines before the fault, the oops and the last lines, on standard error. */
void watch_print(const struct watch *w);

#endif
