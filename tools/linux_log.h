/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a line of Linux's console says about its end.
 *
 * Source: Linux 6.1 to 7.0, kernel/panic.c, arch/x86/kernel/dumpstack.c and
 * arch/x86/mm/fault.c. A line counts only if it begins so, after printk's level, time and
 * caller: a program of the guest that quotes a panic does not end the run.
 */
#ifndef KSHIM_LINUX_LOG_H
#define KSHIM_LINUX_LOG_H

#include <stdbool.h>

enum linux_line {
	LINUX_LINE_OTHER,
	LINUX_LINE_OOPS,      /* a fault of the kernel is told from here on */
	LINUX_LINE_WHERE,     /* the instruction of such a fault */
	LINUX_LINE_PANIC,     /* the kernel panics, and tells where */
	LINUX_LINE_REBOOTS,   /* after a panic: it waits, then resets */
	LINUX_LINE_PANIC_END, /* it has told all, and stays */
};

/* What `line`, which ends at its NUL or newline, is. */
enum linux_line linux_line(const char *line);

/* The line without printk's level, time and caller. */
const char *linux_line_text(const char *line);

/* Has the kernel told all of a panic, in these lines? */
bool linux_log_panic_end(const char *lines);

#endif
