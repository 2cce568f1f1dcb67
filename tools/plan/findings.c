/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list of sentences with names.
 */
#include "tools/plan/findings.h"

#include <stdarg.h>
#include <stdio.h>

void
findings_add(
        struct findings *f, enum severity severity, const char *name, const char *format, ...)
{
	struct finding *new = &f->finding[f->count];
	va_list args;

	if (f->count == FINDINGS_MAX) {
		f->lost++;
		return;
	}
	f->count++;
	new->severity = severity;
	new->name = name;
	va_start(args, format);
	vsnprintf(new->text, sizeof(new->text), format, args);
	va_end(args);
}

const char *
severity_word(enum severity severity)
{
	static const char *const words[] = {"note", "warning", "error"};

	return words[severity];
}

int
findings_have_error(const struct findings *f)
{
	for (uint32_t i = 0; i < f->count; i++) {
		if (f->finding[i].severity == FINDING_ERROR)
			return 1;
	}
	return 0;
}
