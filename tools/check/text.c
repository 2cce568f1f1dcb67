/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report as text: names are stable, no line is wider than 80 columns but a single long
 * word.
 */
#include <stdio.h>
#include <string.h>

#include "tools/check/render.h"

#define NAME_WIDTH 20
#define VALUE_AT   (NAME_WIDTH + 3)
#define MEANING_AT (VALUE_AT + 12)
#define VERDICT_AT 10
#define GAP        2

static const struct {
	const char *group, *title;
} groups[] = {
        {"file", "File"},
        {"linux", "Linux"},
        {"boot", "Boot protocol (setup header)"},
        {"payload", "Packed inside"},
        {"elf", "ELF"},
        {"pvh", "PVH"},
        {"image", "Image header"},
        {"pe", "PE header"},
        {"uki", "Unified kernel image"},
        {"memory", "Memory"},
        {"segments", "Program headers"},
        {"notes", "ELF notes"},
        {"sections", "PE sections"},
        {"config", "Configuration inside (CONFIG_...)"},
};

static const char *
title_of(const char *name)
{
	size_t len = strcspn(name, ".");

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (strlen(groups[i].group) == len && strncmp(groups[i].group, name, len) == 0)
			return groups[i].title;
	return name;
}

static void
heading(const struct term *t, const char *text)
{
	fprintf(t->out, "\n%s%s%s\n", term_set(t, TERM_BOLD), text, term_set(t, TERM_PLAIN));
}

static int
value_print(const struct value *v, char *out, size_t size)
{
	switch (v->type) {
	case VALUE_HEX:
		return snprintf(out, size, "%#llx", (unsigned long long)v->number);
	case VALUE_COUNT:
		return snprintf(out, size, "%llu", (unsigned long long)v->number);
	case VALUE_BYTES:
		return snprintf(out, size, "%llu", (unsigned long long)v->number);
	case VALUE_FLAG:
		return snprintf(out, size, "%s", v->number ? "yes" : "no");
	case VALUE_TEXT:
	default:
		return snprintf(out, size, "%s", v->text ? v->text : "");
	}
}

/* The name without its group; a flag ("boot.loadflags.QUIET_FLAG") by its last part, indented.
 */
static const char *
short_name(const char *name, bool *ret_flag)
{
	const char *dot = strchr(name, '.'), *last = strrchr(name, '.');

	*ret_flag = dot && last != dot;
	if (*ret_flag)
		return last + 1;
	return dot ? dot + 1 : name;
}

static void
print_fact(const struct term *t, const struct fact *f)
{
	char value[1024];
	bool flag;
	const char *name = short_name(f->name, &flag);
	int named = fprintf(
	        t->out, "  %s%-*s ", flag ? "  " : "", NAME_WIDTH - (flag ? 2 : 0), name);
	size_t start = named > VALUE_AT ? (size_t)named : VALUE_AT;
	size_t at = start + (size_t)value_print(&f->value, value, sizeof(value));

	if (!f->meaning || !f->meaning[0] || at > TERM_WIDTH) {
		term_wrap(t, start, VALUE_AT, value);
		return;
	}
	fputs(value, t->out);
	if (at + GAP > MEANING_AT && at > 48) {
		fputc('\n', t->out);
		at = 0;
	}
	fprintf(t->out, "%*s", at + GAP <= MEANING_AT ? (int)(MEANING_AT - at) : GAP, "");
	term_wrap(t, at + GAP <= MEANING_AT ? MEANING_AT : at + GAP, MEANING_AT, f->meaning);
}

static bool
same_group(const char *a, const char *b)
{
	size_t len = strcspn(a, ".");

	return len == strcspn(b, ".") && strncmp(a, b, len) == 0;
}

/* A group's facts may have come in several goes: each group is printed where it starts. */
static bool
is_first_of_group(const struct report *r, const struct fact *f)
{
	for (const struct fact *g = r->fact_first; g != f; g = g->next)
		if (same_group(g->name, f->name))
			return false;
	return true;
}

static void
print_facts(const struct term *t, const struct report *r)
{
	for (const struct fact *f = r->fact_first; f; f = f->next) {
		if (!is_first_of_group(r, f))
			continue;
		heading(t, title_of(f->name));
		for (const struct fact *g = f; g; g = g->next)
			if (same_group(g->name, f->name))
				print_fact(t, g);
	}
}

/* The width of each column, and how many fit. */
static unsigned
fit(const struct table *tb, int *width)
{
	int sum = 0;

	for (unsigned i = 0; i < tb->columns; i++) {
		width[i] = (int)strlen(tb->column[i]);
		for (const struct row *row = tb->first; row; row = row->next) {
			int len = value_print(&row->cell[i], NULL, 0);

			width[i] = len > width[i] ? len : width[i];
		}
	}
	for (unsigned i = 0; i < tb->columns; i++) {
		sum += GAP + width[i];
		if (sum > TERM_WIDTH)
			return i;
	}
	return tb->columns;
}

static void
print_row(const struct term *t, const struct table *tb, const struct row *row, unsigned columns,
        const int *width)
{
	for (unsigned i = 0; i < columns; i++) {
		char text[256];
		bool last = i + 1 == columns;

		if (row)
			value_print(&row->cell[i], text, sizeof(text));
		else
			snprintf(text, sizeof(text), "%s", tb->column[i]);
		fprintf(t->out, "  %-*s", last ? 0 : width[i], text);
	}
	fputc('\n', t->out);
}

static void
print_table(const struct term *t, const struct table *tb)
{
	int width[TABLE_COLUMNS];
	unsigned columns = fit(tb, width);
	bool two = tb->columns == 2;

	if (!tb->first)
		return;
	heading(t, title_of(tb->name));
	if (!two) {
		fputs(term_set(t, TERM_FAINT), t->out);
		print_row(t, tb, NULL, columns, width);
		fputs(term_set(t, TERM_PLAIN), t->out);
	}
	for (const struct row *row = tb->first; row; row = row->next) {
		if (two) {
			struct fact f = {NULL, row->cell[0].text, row->cell[1], row->meaning};

			print_fact(t, &f);
			continue;
		}
		print_row(t, tb, row, columns, width);
		if (row->meaning) {
			fputs("    ", t->out);
			term_wrap(t, 4, 4, row->meaning);
		}
	}
}

static enum term_colour
level_colour(enum level level)
{
	static const enum term_colour colours[] = {
	        TERM_GREEN, TERM_CYAN, TERM_YELLOW, TERM_RED};

	return colours[level];
}

static void
print_verdicts(const struct term *t, const struct report *r)
{
	if (!r->verdict_first)
		return;
	heading(t, "Verdicts");
	for (const struct verdict *v = r->verdict_first; v; v = v->next) {
		fprintf(t->out, "  %s%-*s%s%s: ", term_set(t, level_colour(v->level)),
		        VERDICT_AT - 2, level_name(v->level), term_set(t, TERM_PLAIN), v->name);
		term_wrap(t, VERDICT_AT + strlen(v->name) + 2, VERDICT_AT, v->text);
		if (v->level == LEVEL_OK || !v->who)
			continue;
		fprintf(t->out, "%*s%swho: ", VERDICT_AT, "", term_set(t, TERM_FAINT));
		term_wrap(t, VERDICT_AT + 5, VERDICT_AT + 5, v->who);
		fputs(term_set(t, TERM_PLAIN), t->out);
	}
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
		heading(t, "Who can boot it");
	while (l)
		l = print_launch(t, l);
}

static void
print_report(const struct term *t, const struct report *r)
{
	print_facts(t, r);
	for (const struct table *tb = r->table_first; tb; tb = tb->next)
		print_table(t, tb);
	print_verdicts(t, r);
	if (r->inner) {
		char text[256];

		snprintf(text, sizeof(text), "--- %s: %s", r->inner->name, r->inner->what);
		heading(t, text);
		print_report(t, r->inner);
	}
}

static void
print_trials(const struct term *t, const struct report *r)
{
	if (r->trial_first)
		heading(t, "Booted");
	for (const struct trial *b = r->trial_first; b; b = b->next) {
		fprintf(t->out, "  %s%-5s%s%-18s", term_set(t, b->good ? TERM_GREEN : TERM_RED),
		        b->good ? "yes" : "no", term_set(t, TERM_PLAIN), b->name);
		fprintf(t->out, " %-12s", b->reached);
		term_wrap(t, 38, 38, b->text);
	}
}

static void
print_needs(const struct term *t, const struct outcome *o)
{
	if (o->need_first)
		heading(t, "Required");
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
	heading(t, text);
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

/* "Linux 6.1.0-50-cloud-amd64"; "" if it does not say. */
static void
linux_name(const struct report *r, char *out, size_t size)
{
	const struct fact *f = report_find(r, "linux.version");

	out[0] = 0;
	if (f && f->value.text)
		snprintf(out, size, ": Linux %.*s", (int)strcspn(f->value.text, " "),
		        f->value.text);
}

static void
print_refused(const struct term *t, const struct report *r)
{
	static const char no[] = "kshim does not boot it: ";
	const char *why = r->refused, *name = r->refused ? refusal_name(r->refusal) : "";
	char text[768];

	if (!why && r->launch_first) {
		why = r->launch_first->text;
		name = r->launch_first->rule;
	}
	snprintf(text, sizeof(text), "%s [%s]", why ? why : "", name);
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
	enum level worst = report_worst(r);
	char name[128], what[512];

	linux_name(r, name, sizeof(name));
	snprintf(what, sizeof(what), "%s%s", r->what, name);
	fputs("  ", t->out);
	term_wrap(t, 2, 2, what);
	if (r->bootable)
		print_bootable(t, r);
	else
		print_refused(t, r);
	if (worst >= LEVEL_WARNING)
		fprintf(t->out, "  %sverdicts: at least one %s%s, see below\n",
		        term_set(t, level_colour(worst)), level_name(worst),
		        term_set(t, TERM_PLAIN));
	if (r->next) {
		fputs("  next: ", t->out);
		term_wrap(t, 8, 8, r->next);
	}
}

void
render_text(const struct term *t, const struct outcome *o)
{
	const struct report *r = o->report;

	fprintf(t->out, "%s%s%s\n", term_set(t, TERM_BOLD), o->path, term_set(t, TERM_PLAIN));
	if (!r) {
		fputs("  cannot be read\n", t->out);
		return;
	}
	print_summary(t, r);
	print_report(t, r);
	print_launchers(t, r);
	print_trials(t, r);
	print_needs(t, o);
	print_changes(t, o);
}
