/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was foretold, and how a log compares with it, as text and as JSON (measure.schema.json).
 */
#ifndef KSHIM_MEASURE_SHOW_H
#define KSHIM_MEASURE_SHOW_H

#include "tools/measure/compare.h"
#include "tools/measure/foretell.h"

struct measure_shown {
	const struct measure_wishes *wishes;
	const struct events *all;
	const char *log; /* the path of a log; NULL: none was compared */
	const struct comparison *comparison;
	int status;
};

#define SUM_TEXT (2 * SUM_MAX + 1)
/* A sum in hexadecimal. Returns buf. */
const char *measure_show_sum(const uint8_t *sum, unsigned len, char buf[SUM_TEXT]);

void measure_show_text(const struct measure_shown *s);
void measure_show_json(const struct measure_shown *s);

#endif
