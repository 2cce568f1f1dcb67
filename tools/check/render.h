/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A report as text of at most 80 columns, and as JSON (check.schema.json).
 */
#ifndef CHECK_RENDER_H
#define CHECK_RENDER_H

#include <json-c/json.h>

#include "tools/check/outcome.h"
#include "tools/term.h"

/* The first screen only, or with `verbose` all there is to say. */
void render_text(const struct term *t, const struct outcome *o, bool verbose);

/* Parts of it. */
void text_heading(const struct term *t, const char *text);
void text_facts(const struct term *t, const struct report *r);
void text_tables(const struct term *t, const struct report *r);

/* A new object that the caller owns. */
json_object *render_json(const struct outcome *o);

#endif
