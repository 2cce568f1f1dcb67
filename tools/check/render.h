/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A report as text of at most 80 columns, and as JSON (check.schema.json).
 */
#ifndef CHECK_RENDER_H
#define CHECK_RENDER_H

#include "tools/json_new.h"

#include "tools/check/outcome.h"
#include "tools/term.h"

#define VERDICT_AT 10 /* the column of what is said, behind a verdict's word */

/* The first screen only, or with `verbose` all there is to say. */
void render_text(const struct term *t, const struct outcome *o, bool verbose);

/* Parts of it. */
void text_heading(const struct term *t, const char *text);
void text_facts(const struct term *t, const struct report *r);
/* A table's first rows, without the sentences below them. */
void text_rows(const struct term *t, const struct table *tb, unsigned most);
/* Of a disk image: partitions and boot entries, on at most that many lines. */
void text_disk(const struct term *t, const struct report *r, unsigned lines);

/* Of --for run: what the kernel lacks, with `verbose` what it has as well. */
void text_run(const struct term *t, const struct outcome *o, bool verbose);

/* A new object that the caller owns. */
json_object *render_json(const struct outcome *o);

#endif
