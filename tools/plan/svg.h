/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of a drawing: text, boxes and styles as SVG 1.1 with no reference to anything else.
 */
#ifndef PLAN_SVG_H
#define PLAN_SVG_H

#include <stddef.h>
#include <stdio.h>

#include "tools/plan/regions.h"

/* Text that is data: &, < and > escaped, what is no UTF-8 or a control byte shown as "?". */
void svg_escape(FILE *out, const char *text);

/* <text> with a class; anchor is "start", "middle" or "end". */
void svg_text(
        FILE *out, const char *style, const char *anchor, double x, double y, const char *text);

/*
 * The start: root element with title and description, styles for light and dark pages,
 * patterns, background.
 */
void svg_begin(FILE *out, unsigned width, unsigned height, const char *title, const char *desc);
void svg_end(FILE *out);

/* The class that fills a region of that kind. */
const char *svg_fill(enum region_kind kind);

#endif
