/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ends a process is tried in a child of it.
 */
#ifndef UNIT_CHILD_END_H
#define UNIT_CHILD_END_H

#include <stdbool.h>

#define CHILD_GOOD 42 /* a child that came to its end */

/* How a child ended, as waitpid(2) has it, and the beginning of what it wrote to standard
 * error. */
struct child_end {
	int status;
	char said[1024];
};

/* Run a function in a child, which exits with CHILD_GOOD if it returns true, else with 1. */
struct child_end child_run(bool (*run)(void));

#endif
