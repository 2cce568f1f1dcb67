/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was foretold beside an event log: the first event of each PCR that differs, and why.
 */
#ifndef KSHIM_MEASURE_COMPARE_H
#define KSHIM_MEASURE_COMPARE_H

#include "tools/measure/events.h"

#define COMPARE_WHY  512
#define COMPARE_TEXT 2048

/* One PCR. */
struct compared {
	uint32_t events;            /* that are as foretold */
	bool same;                  /* all are, and there are no more */
	const struct event *wanted; /* where it differs: NULL: nothing more was foretold */
	bool found;                 /* the log has an event there */
	struct log_event event;
	char text[COMPARE_TEXT]; /* what the event in the log says of itself; "" if no text */
	char why[COMPARE_WHY];
};

struct comparison {
	bank_set banks;                     /* both have */
	struct compared pcr[FORETOLD_PCRS]; /* by events_pcr() */
	const struct compared *first;       /* in the order of the log; NULL: none differs */
	uint32_t first_pcr;
};

/*
 * Compare. Errors: those of log_open() and log_next(); REFUSAL_MEASURE_LOG for a log that has
 * none of the banks.
 */
enum refusal_code compare(const struct events *all, struct span log,
        struct comparison *ret_comparison, struct refusal *ret_why);

#endif
