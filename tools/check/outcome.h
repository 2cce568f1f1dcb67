/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came out for one FILE of the command line: its report, and what --require, --compare
 * and --strict made of it.
 */
#ifndef CHECK_OUTCOME_H
#define CHECK_OUTCOME_H

#include "tools/check/report.h"
#include "tools/file.h"

/* One word of --require. */
struct need {
	struct need *next;
	const char *word;
	bool met;
	const char *text;
};

/* One thing that --for run asks for. */
struct run_need {
	struct run_need *next;
	const char *name;  /* CONFIG_NAME, a launcher, or linux.config */
	const char *value; /* of an option: "y", "m", "n"; else NULL */
	bool must;         /* a run cannot do without */
	bool met;
	bool module; /* by a module, which does not load itself */
	const char *text;
};

/* Does it belong in a fragment of a configuration with what the kernel lacks? */
static inline bool
run_need_lacks(const struct run_need *n)
{
	return !n->met && n->value;
}

/* One difference to the file of --compare. */
struct change {
	struct change *next;
	const char *name; /* of a fact, or "launchers.NAME" */
	const char *before, *after;
	bool breaks;      /* a machine that booted the old one cannot boot this one */
	const char *text; /* what it means, or NULL */
};

struct outcome {
	const char *path;
	struct file file;
	struct report *report; /* NULL: the file cannot be read */
	const char *compared;  /* the path of the old file, or NULL */
	struct need *need_first, *need_last;
	struct run_need *run_first, *run_last;
	struct change *change_first, *change_last;
	bool strict; /* warnings fail */
	int status;  /* enum exit_status */
};

#endif
