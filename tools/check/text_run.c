/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What --for run found, and the lines of a .config that would make it work.
 */
#include <stdio.h>
#include <string.h>

#include "tools/check/render.h"

static void
print_fragment(const struct term *t, const struct outcome *o)
{
	const char *head = "\n  A fragment for scripts/kconfig/merge_config.sh:\n";

	for (const struct run_need *n = o->run_first; n; n = n->next) {
		if (!run_need_lacks(n))
			continue;
		fprintf(t->out, "%s%s=y\n", head, n->name);
		head = "";
	}
}

void
text_run(const struct term *t, const struct outcome *o, bool verbose)
{
	if (o->run_first)
		text_heading(t, "For kshim run");
	for (const struct run_need *n = o->run_first; n; n = n->next) {
		const char *word = n->module ? "module"
		                   : n->met  ? "met"
		                   : n->must ? "missing"
		                             : "better";
		char name[80];

		if (n->met && n->value && !n->module && !verbose)
			continue;
		snprintf(name, sizeof(name), "%s%s%s", n->name, n->value ? "=" : "",
		        n->value ? n->value : "");
		fprintf(t->out, "  %s%-*s%s%s: ",
		        term_set(t, n->met    ? TERM_GREEN
		                    : n->must ? TERM_RED
		                              : TERM_CYAN),
		        VERDICT_AT - 2, word, term_set(t, TERM_PLAIN), name);
		term_wrap(t, VERDICT_AT + strlen(name) + 2, VERDICT_AT, n->text);
	}
	print_fragment(t, o);
}
