/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is said at the end: why the run ended, and which exit status that is.
 */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include "tools/run/machine.h"
#include "tools/run/options.h"

/* Say it on standard error where there is something to say; returns the exit status. */
int report_end(const struct machine *m, const struct options *o);

/* --times: when what was reached, one line each. */
void report_times(const struct machine *m);

#endif
