/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --require, --for and --compare: `kshim check` as a gate in a kernel package's build.
 */
#ifndef CHECK_GATE_H
#define CHECK_GATE_H

#include "tools/check/outcome.h"

/* Are all words of the list known? STATUS_OK, or STATUS_USAGE after a complaint. */
int gate_check_words(const char *list);
/* The words of --require, each with its meaning, on stdout. */
void gate_help(void);

/* Look whether the file has what the list (or NULL) asks for; adds to the outcome's needs. */
bool gate_require(struct outcome *o, const char *list);

/* Look whether `kshim run` can do with the file; adds to the outcome what it has and lacks. */
bool gate_run(struct outcome *o);

/* What changed for those who boot it; adds to the outcome's changes. */
void gate_compare(struct outcome *o, const struct outcome *old);

#endif
