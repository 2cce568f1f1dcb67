/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The jail of `kshim run`: what the process may still ask its kernel for.
 *
 * Two steps. jail_shut() comes once all files are open and before the kernel is looked at: from
 * there nothing can be reached by a path and no privilege can be gained. jail_enter() comes in
 * each thread once the machine is set up: from there only the system calls of jail.def are
 * left, and anything else ends the process with a sentence and a status of its own.
 */
#ifndef RUN_JAIL_H
#define RUN_JAIL_H

#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* Whose row it is; jail.def combines them. */
enum jail_who {
	JAIL_MAIN = 1,   /* the main thread: console, clock, report */
	JAIL_CPU = 2,    /* the thread of a CPU */
	JAIL_AGAIN = 4,  /* the main thread with --reboot again, which makes the next machine */
	JAIL_DEVICE = 8, /* the device thread, and those of single devices */
	JAIL_BUS = 16,   /* all threads of a machine with PCI; the main one stops devices at the
	                    end */
};

/* A system call that may be made, if its arguments fit. */
struct jail_row {
	unsigned who;
	const char *name;
	int number;
	int error; /* 0: it is made; else it is not made and gives this errno */
	struct scmp_arg_cmp arg[2]; /* op 0: no condition */
};

#define JAIL_OWN_PID UINT64_MAX /* in place of a value: the process's number */

#define CALL(whose, call, why) {.who = whose, .name = #call, .number = SCMP_SYS(call)},
#define DENY(whose, call, errno_value, why)                                                    \
	{.who = whose, .name = #call, .number = SCMP_SYS(call), .error = errno_value},
#define WITH(whose, call, n, mask, value, why)                                                 \
	{.who = whose,                                                                         \
	        .name = #call,                                                                 \
	        .number = SCMP_SYS(call),                                                      \
	        .arg = {{n, SCMP_CMP_MASKED_EQ, mask, value}}},
#define WITH2(whose, call, n, mask, value, n2, mask2, value2, why)                             \
	{.who = whose,                                                                         \
	        .name = #call,                                                                 \
	        .number = SCMP_SYS(call),                                                      \
	        .arg = {{n, SCMP_CMP_MASKED_EQ, mask, value},                                  \
	                {n2, SCMP_CMP_MASKED_EQ, mask2, value2}}},

/* Rows that a build for tests adds, because sanitizers make calls of their own; ends with {0}.
 */
extern const struct jail_row jail_more[] __attribute__((weak));

/* Before jail_shut(): the machine has devices, whose threads need a filter, too. */
void jail_for_devices(void);

/*
 * Make the filters, end the reach by paths, and close every descriptor but 0 to 2 and those of
 * `keep`, which may hold -1. `at_stop` runs before a call that is not allowed ends the process
 * with `status`. False with errno if the kernel cannot.
 */
bool jail_shut(const int *keep, uint32_t count, bool again, void (*at_stop)(void), int status);

/*
 * Leave this thread only the calls of jail.def. `cpu` is for the sentence, JAIL_NO_CPU for the
 * main thread, JAIL_FOR_DEVICES for one that serves devices. False with errno if the kernel
 * cannot.
 */
bool jail_enter(enum jail_who who, int cpu);
#define JAIL_NO_CPU      (-1)
#define JAIL_FOR_DEVICES (-2)

#endif
