/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts and tables as text, group by group.
 */
#include <stdio.h>
#include <string.h>

#include "tools/check/render.h"

#define NAME_WIDTH 20
#define VALUE_AT   (NAME_WIDTH + 3)
#define MEANING_AT (VALUE_AT + 12)
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
        {"config", "Configuration (CONFIG_...)"},
        {"disk", "Disk"},
        {"partitions", "Partitions"},
        {"entries", "Boot entries"},
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

void
text_heading(const struct term *t, const char *text)
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
		text_heading(t, title_of(f->name));
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
print_head(const struct term *t, const struct table *tb, unsigned columns, const int *width)
{
	text_heading(t, title_of(tb->name));
	if (tb->columns == 2)
		return;
	fputs(term_set(t, TERM_FAINT), t->out);
	print_row(t, tb, NULL, columns, width);
	fputs(term_set(t, TERM_PLAIN), t->out);
}

void
text_rows(const struct term *t, const struct table *tb, unsigned most)
{
	int width[TABLE_COLUMNS];
	unsigned columns = fit(tb, width), left = 0;

	if (!tb->first)
		return;
	print_head(t, tb, columns, width);
	for (const struct row *row = tb->first; row; row = row->next) {
		if (most) {
			print_row(t, tb, row, columns, width);
			most--;
		} else {
			left++;
		}
	}
	if (left)
		fprintf(t->out, "  and %u more\n", left);
}

static void
print_table(const struct term *t, const struct table *tb)
{
	int width[TABLE_COLUMNS];
	unsigned columns = fit(tb, width);
	bool two = tb->columns == 2;

	if (!tb->first)
		return;
	print_head(t, tb, columns, width);
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

void
text_facts(const struct term *t, const struct report *r)
{
	print_facts(t, r);
	for (const struct table *tb = r->table_first; tb; tb = tb->next)
		print_table(t, tb);
}
