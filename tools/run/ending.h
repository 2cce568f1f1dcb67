/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a run ends: the first reason wins, whichever thread gives it.
 */
#ifndef RUN_ENDING_H
#define RUN_ENDING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum ending_reason {
	ENDING_NONE,
	ENDING_POWER_OFF,
	ENDING_HALTED, /* every CPU halted with interrupts off */
	ENDING_RESET,
	ENDING_COMMAND,  /* the command's session is over, or has failed */
	ENDING_EXPECTED, /* --expect's text came */
	ENDING_REFUSED,  /* the stub's refusal code is in `code` */
	ENDING_EXIT,     /* a guest wrote something else to the exit port: `code` */
	ENDING_PANIC,    /* the kernel has told all of its panic */
	ENDING_CRASH,    /* `cpu` has the exit that says how */
	ENDING_TIMEOUT,
	ENDING_LEFT,   /* Ctrl-A x, or a signal */
	ENDING_ENGINE, /* a device's daemon failed: `what` says it */
	ENDING_HOST,   /* a call to the host failed with errno `code` */
};

struct ending {
	atomic_int reason; /* enum ending_reason */
	uint32_t code;
	uint32_t cpu;
	const char *what; /* ENDING_HOST: which call; ENDING_CRASH: which kind of end */
	int wake;         /* an eventfd that the main thread waits on */
};

/* Note why the run ends, and wake the main thread; later reasons are ignored. */
void ending_set(struct ending *e, enum ending_reason reason, uint32_t code, uint32_t cpu,
        const char *what);

static inline bool
ending_over(struct ending *e)
{
	return atomic_load_explicit(&e->reason, memory_order_acquire) != ENDING_NONE;
}

#endif
