/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report as text: names are stable, no line is wider than 80 columns but a single long
 * word.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/check/disk.h"
#include "tools/check/facts.h"
#include "tools/check/render.h"
#include "tools/check/verdicts.h"
#include "tools/cmd.h"
#include "tools/memory_text.h"

#define SCREEN          40 /* lines */
#define HINT_LINES      2
#define MATTERS_SHOWN   5 /* verdicts on the first screen */
#define MATTERS_OF_DISK 2

static enum term_colour
level_colour(enum level level)
{
	static const enum term_colour colours[] = {
	        TERM_GREEN, TERM_CYAN, TERM_YELLOW, TERM_RED};

	return colours[level];
}

static void
print_verdict(const struct term *t, const struct verdict *v)
{
	fprintf(t->out, "  %s%-*s%s%s: ", term_set(t, level_colour(v->level)), VERDICT_AT - 2,
	        level_name(v->level), term_set(t, TERM_PLAIN), v->name);
	term_wrap(t, VERDICT_AT + strlen(v->name) + 2, VERDICT_AT, v->text);
	if (v->level == LEVEL_OK || !v->who)
		return;
	fprintf(t->out, "%*s%swho: ", VERDICT_AT, "", term_set(t, TERM_FAINT));
	term_wrap(t, VERDICT_AT + 5, VERDICT_AT + 5, v->who);
	fputs(term_set(t, TERM_PLAIN), t->out);
}

static void
print_verdicts(const struct term *t, const struct report *r)
{
	if (r->verdict_first)
		text_heading(t, "Verdicts");
	for (const struct verdict *v = r->verdict_first; v; v = v->next)
		print_verdict(t, v);
}

static bool
same_answer(const struct launch *a, const struct launch *b)
{
	const char *x = a->since ? a->since : "", *y = b->since ? b->since : "";

	return a->boots == b->boots && strcmp(a->rule, b->rule) == 0 &&
	       strcmp(a->text, b->text) == 0 && strcmp(x, y) == 0;
}

/* Rows that follow each other with the same answer: all their titles, then the answer once. */
static const struct launch *
print_launch(const struct term *t, const struct launch *l)
{
	char titles[1024], rule[1024];
	size_t len = 0;
	const struct launch *first = l;

	for (; l && same_answer(l, first); l = l->next)
		if (len < sizeof(titles))
			len += (size_t)snprintf(titles + len, sizeof(titles) - len, "%s%s",
			        len ? "; " : "", l->title);
	fprintf(t->out, "  %s%-5s%s", term_set(t, first->boots ? TERM_GREEN : TERM_RED),
	        first->boots ? "yes" : "no", term_set(t, TERM_PLAIN));
	term_wrap(t, 7, 7, titles);
	snprintf(rule, sizeof(rule), "%s: %s%s%s%s", first->rule, first->text,
	        first->since ? " (since " : "", first->since ? first->since : "",
	        first->since ? ")" : "");
	fputs("         ", t->out);
	term_wrap(t, 9, 9, rule);
	return l;
}

static void
print_launchers(const struct term *t, const struct report *r)
{
	const struct launch *l = r->launch_first;

	if (l)
		text_heading(t, "Who can boot it");
	while (l)
		l = print_launch(t, l);
}

static void
print_report(const struct term *t, const struct report *r)
{
	text_facts(t, r);
	print_verdicts(t, r);
	if (r->inner) {
		char text[256];

		snprintf(text, sizeof(text), "--- %s: %s", r->inner->name, r->inner->what);
		text_heading(t, text);
		print_report(t, r->inner);
	}
}

static void
print_trials(const struct term *t, const struct report *r)
{
	if (r->trial_first)
		text_heading(t, "Booted");
	for (const struct trial *b = r->trial_first; b; b = b->next) {
		bool tried = strcmp(b->reached, "skipped") != 0;

		fprintf(t->out, "  %s%-5s%s%-18s",
		        term_set(t, !tried    ? TERM_FAINT
		                    : b->good ? TERM_GREEN
		                              : TERM_RED),
		        !tried    ? "-"
		        : b->good ? "yes"
		                  : "no",
		        term_set(t, TERM_PLAIN), b->name);
		fprintf(t->out, " %-12s", b->reached);
		term_wrap(t, 38, 38, b->text);
	}
}

static void
print_needs(const struct term *t, const struct outcome *o)
{
	if (o->need_first)
		text_heading(t, "Required");
	for (const struct need *n = o->need_first; n; n = n->next) {
		fprintf(t->out, "  %s%-*s%s%s: ", term_set(t, n->met ? TERM_GREEN : TERM_RED),
		        VERDICT_AT - 2, n->met ? "met" : "missing", term_set(t, TERM_PLAIN),
		        n->word);
		term_wrap(t, VERDICT_AT + strlen(n->word) + 2, VERDICT_AT, n->text);
	}
}

static void
print_changes(const struct term *t, const struct outcome *o)
{
	char text[1024];

	if (!o->compared)
		return;
	snprintf(text, sizeof(text), "Changed since %s", o->compared);
	text_heading(t, text);
	if (!o->change_first)
		fputs("  nothing that matters to who boots it\n", t->out);
	for (const struct change *c = o->change_first; c; c = c->next) {
		fprintf(t->out, "  %s%-*s%s", term_set(t, c->breaks ? TERM_RED : TERM_CYAN),
		        VERDICT_AT - 2, c->breaks ? "breaks" : "changed",
		        term_set(t, TERM_PLAIN));
		snprintf(text, sizeof(text), "%s: %s -> %s%s%s", c->name, c->before, c->after,
		        c->text ? ": " : "", c->text ? c->text : "");
		term_wrap(t, VERDICT_AT, VERDICT_AT, text);
	}
}

/* "Linux 6.1.0-50-cloud-amd64", "Memtest86+ v6.10"; "" if it does not say. */
static void
linux_name(const struct report *r, char *out, size_t size)
{
	const struct fact *f = report_find(r, "linux.version");
	const char *text = f ? f->value.text : NULL;

	out[0] = 0;
	if (!text || !text[0])
		return;
	if (strncmp(text, "kshim ", 6) == 0)
		snprintf(out, size, ": kshim itself, which boots the kernel in its initrd");
	else if (text[0] >= '0' && text[0] <= '9' && !is_real_mode_only(r))
		snprintf(out, size, ": Linux %.*s", (int)strcspn(text, " "), text);
	else
		snprintf(out, size, ": %s", text);
}

static void
print_refused(const struct term *t, const struct report *r)
{
	static const char no[] = "kshim does not boot it: ";
	const char *name, *why = report_why_not(r, &name);
	char text[768];

	snprintf(text, sizeof(text), "%s [%s]", why ? why : "", name ? name : "");
	fprintf(t->out, "  %s%s%s", term_set(t, TERM_RED), no, term_set(t, TERM_PLAIN));
	term_wrap(t, sizeof(no) + 1, 4, text);
}

static void
print_bootable(const struct term *t, const struct report *r)
{
	const struct fact *least = report_find(r, "memory.least");
	char text[256] = "";

	for (const struct launch *l = r->launch_first; l; l = l->next)
		if (strcmp(l->title, r->bootable) == 0)
			snprintf(text, sizeof(text), ": %s %s", l->title, l->text);
	fprintf(t->out, "  %skshim boots it%s", term_set(t, TERM_GREEN),
	        term_set(t, TERM_PLAIN));
	term_wrap(t, 16, 4, text);
	if (least)
		fprintf(t->out, "  it needs %llu MiB of memory at the least\n",
		        (unsigned long long)(least->value.number / MIB));
}

static void
print_summary(const struct term *t, const struct report *r)
{
	char name[128], what[512];

	linux_name(r, name, sizeof(name));
	snprintf(what, sizeof(what), "%s%s", r->what, name);
	fputs("  ", t->out);
	term_wrap(t, 2, 2, what);
	if (r->bootable)
		print_bootable(t, r);
	else
		print_refused(t, r);
	if (r->next) {
		fputs("  next: ", t->out);
		term_wrap(t, 8, 8, r->next);
	}
}

/* Is it said already, where it stands that kshim does not boot the file, or with an entry? */
static bool
is_said(const struct report *r, const struct verdict *v)
{
	return (!r->bootable && strcmp(v->name, V_KSHIM) == 0) ||
	       (r->disk && disk_entry_of(r->disk, v));
}

/* Of all layers, the verdicts by which something fails; those that are too many are counted. */
static void
print_matters(const struct term *t, const struct report *r)
{
	const struct report *outer = r;
	unsigned shown = 0, more = 0, most = r->disk ? MATTERS_OF_DISK : MATTERS_SHOWN;

	for (; r; r = r->inner)
		for (const struct verdict *v = r->verdict_first; v; v = v->next) {
			if (v->level < LEVEL_WARNING || is_said(outer, v))
				continue;
			if (shown == most) {
				more++;
				continue;
			}
			if (!shown++)
				text_heading(t, "Verdicts that matter");
			print_verdict(t, v);
		}
	if (more)
		fprintf(t->out, "  and %u more\n", more);
}

/* False if there are none. */
static bool
print_titles(const struct term *t, const struct report *r, bool boots)
{
	char titles[1024];
	size_t len = 0;

	for (const struct launch *l = r->launch_first; l; l = l->next)
		if (l->boots == boots && len < sizeof(titles))
			len += (size_t)snprintf(titles + len, sizeof(titles) - len, "%s%s",
			        len ? "; " : "", l->title);
	if (!len)
		return false;
	fprintf(t->out, "  %s%-5s%s", term_set(t, boots ? TERM_GREEN : TERM_RED),
	        boots ? "yes" : "no", term_set(t, TERM_PLAIN));
	term_wrap(t, 7, 7, titles);
	return true;
}

/* Why not is told as well, because no header of the file tells it. */
static void
print_who_of_disk(const struct term *t, const struct report *r)
{
	const struct launch *l = r->launch_first;

	print_titles(t, r, true);
	while (l)
		l = l->boots ? l->next : print_launch(t, l);
}

static void
print_who(const struct term *t, const struct report *r)
{
	if (!r->launch_first)
		return;
	text_heading(t, "Who can boot it");
	if (r->disk)
		print_who_of_disk(t, r);
	else if (!print_titles(t, r, true))
		fputs("  no   none of the launchers that are known here\n", t->out);
	else
		print_titles(t, r, false);
}

typedef void printer(const struct term *t, const struct report *r);

/* How many lines that takes. */
static unsigned
lines_of(const struct term *t, const struct report *r, printer *print)
{
	struct memory_text text;
	unsigned lines;
	struct term memory = *t;

	if (!memory_text_open(&text))
		no_memory();
	memory.out = text.out;
	print(&memory, r);
	if (!memory_text_close(&text))
		no_memory();
	lines = memory_text_lines(&text);
	free(text.text);
	return lines;
}

/* The first screen: what it is, does it boot, what to do. */
static void
print_first_screen(const struct term *t, const struct report *r)
{
	unsigned others = 1 + HINT_LINES + lines_of(t, r, print_summary) +
	                  lines_of(t, r, print_matters) + lines_of(t, r, print_who);

	print_matters(t, r);
	if (r->disk)
		text_disk(t, r, others < SCREEN ? SCREEN - others : 0);
	print_who(t, r);
}

void
render_text(const struct term *t, const struct outcome *o, bool verbose)
{
	const struct report *r = o->report;

	fprintf(t->out, "%s%s%s\n", term_set(t, TERM_BOLD), o->path, term_set(t, TERM_PLAIN));
	if (!r) {
		fputs("  cannot be read\n", t->out);
		return;
	}
	print_summary(t, r);
	if (verbose) {
		print_report(t, r);
		print_launchers(t, r);
	} else {
		print_first_screen(t, r);
	}
	print_trials(t, r);
	print_needs(t, o);
	text_run(t, o, verbose);
	print_changes(t, o);
	if (!verbose)
		fprintf(t->out, "\n  %skshim check -v tells all: facts, verdicts, rules%s\n",
		        term_set(t, TERM_FAINT), term_set(t, TERM_PLAIN));
}
