/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan for people and programs: a table with a drawn map, JSON, SVG.
 */
#ifndef PLAN_SHOW_H
#define PLAN_SHOW_H

#include "tools/plan/advice.h"
#include "tools/plan/findings.h"
#include "tools/plan/plan_case.h"
#include "tools/plan/regions.h"
#include "tools/term.h"

/* What there is to be shown. */
struct show {
	const struct plan_case *c;
	const struct regions *regions;
	const struct findings *findings;
	const struct advice *advice; /* on a refusal */
};

/* The table alone, for any plan: kshim run --dry-run prints it, too. */
void show_table(const struct term *t, const struct regions *regions);
/* The state at the kernel's first instruction, two lines. */
void show_entry(const struct term *t, const struct plan *plan);

void show_text(const struct term *t, const struct show *show);

/* Print JSON; tools/plan/plan.schema.json describes it. */
void show_json(const struct show *show);

/* Write the drawing. Returns STATUS_OK or STATUS_HOST. */
int show_svg(const char *path, const struct show *show);

#endif
