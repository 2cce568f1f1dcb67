/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report's memory and its lists: report.h tells what they mean.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/check/report.h"
#include "tools/check/verdicts.h"
#include "tools/cmd.h"

struct chunk {
	struct chunk *next;
	void *memory;
};

struct arena {
	struct chunk *chunks;
};

static void
keep(struct arena *arena, void *memory)
{
	struct chunk *c = malloc(sizeof(*c));

	if (!c)
		no_memory();
	c->memory = memory;
	c->next = arena->chunks;
	arena->chunks = c;
}

static void *
take(struct arena *arena, size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory)
		no_memory();
	keep(arena, memory);
	return memory;
}

struct report *
report_new(struct report *outer, const char *name, struct span bytes)
{
	struct arena *arena = outer ? outer->arena : calloc(1, sizeof(*arena));
	struct report *r;

	if (!arena)
		no_memory();
	r = take(arena, sizeof(*r));
	r->arena = arena;
	r->outer = outer;
	r->name = name;
	r->bytes = bytes;
	return r;
}

void
report_free(struct report *r)
{
	struct arena *arena = r->arena;

	while (arena->chunks) {
		struct chunk *c = arena->chunks;

		arena->chunks = c->next;
		free(c->memory);
		free(c);
	}
	free(arena);
}

void *
report_alloc(struct report *r, size_t size)
{
	return take(r->arena, size);
}

void
report_keep(struct report *r, void *memory)
{
	keep(r->arena, memory);
}

static const char *
format_args(struct report *r, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		no_memory();
	keep(r->arena, text);
	return text;
}

const char *
report_format(struct report *r, const char *format, ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = format_args(r, format, args);
	va_end(args);
	return text;
}

const char *
report_text(struct report *r, struct span bytes)
{
	uint64_t len = 0;
	char *text;

	while (len < bytes.size && bytes.base[len])
		len++;
	text = report_alloc(r, len + 1);
	for (uint64_t i = 0; i < len; i++) {
		uint8_t c = bytes.base[i];

		text[i] = c >= ' ' && c < 0x7f ? (char)c : '?';
	}
	return text;
}

const char *
report_sentence(struct report *r, const struct refusal *why)
{
	struct refusal plain = *why;
	char line[512], *start, *end;

	plain.subject = "";
	refusal_format(&plain, line, sizeof(line));
	end = strrchr(line, '[');
	if (end && end > line)
		end[-1] = 0;
	start = line + strspn(line, ": ");
	return report_text(r, (struct span){(const uint8_t *)start, strlen(start)});
}

struct value
value_text(const char *text)
{
	return (struct value){VALUE_TEXT, 0, text};
}

struct value
value_hex(uint64_t number)
{
	return (struct value){VALUE_HEX, number, NULL};
}

struct value
value_count(uint64_t number)
{
	return (struct value){VALUE_COUNT, number, NULL};
}

struct value
value_bytes(uint64_t number)
{
	return (struct value){VALUE_BYTES, number, NULL};
}

struct value
value_flag(bool flag)
{
	return (struct value){VALUE_FLAG, flag, NULL};
}

/* Append `item` to the list of `r` whose members are named so. */
#define APPEND(r, list, item)                                                                  \
	do {                                                                                   \
		if ((r)->list##_last)                                                          \
			(r)->list##_last->next = (item);                                       \
		else                                                                           \
			(r)->list##_first = (item);                                            \
		(r)->list##_last = (item);                                                     \
	} while (0)

void
report_fact(struct report *r, const char *name, struct value value, const char *meaning)
{
	struct fact *f = report_alloc(r, sizeof(*f));

	*f = (struct fact){NULL, name, value, meaning};
	APPEND(r, fact, f);
}

struct table *
report_table(struct report *r, const char *name, unsigned columns, const char *const *column)
{
	struct table *t = report_alloc(r, sizeof(*t));

	t->name = name;
	t->columns = columns;
	for (unsigned i = 0; i < columns; i++)
		t->column[i] = column[i];
	APPEND(r, table, t);
	return t;
}

struct row *
report_row(struct report *r, struct table *t)
{
	struct row *row = report_alloc(r, sizeof(*row));

	if (t->last)
		t->last->next = row;
	else
		t->first = row;
	t->last = row;
	return row;
}

void
report_verdict(struct report *r, const char *name, enum level level, const char *format, ...)
{
	struct verdict *v = report_alloc(r, sizeof(*v));
	va_list args;

	v->name = name;
	v->level = level;
	v->who = verdict_who(name);
	va_start(args, format);
	v->text = format_args(r, format, args);
	va_end(args);
	APPEND(r, verdict, v);
}

void
report_launch(struct report *r, const struct launch *launch)
{
	struct launch *l = report_alloc(r, sizeof(*l));

	*l = *launch;
	APPEND(r, launch, l);
}

void
report_trial(struct report *r, const struct trial *trial)
{
	struct trial *t = report_alloc(r, sizeof(*t));

	*t = *trial;
	APPEND(r, trial, t);
}

const struct fact *
report_find(const struct report *r, const char *name)
{
	for (; r; r = r->inner)
		for (const struct fact *f = r->fact_first; f; f = f->next)
			if (strcmp(f->name, name) == 0)
				return f;
	return NULL;
}

const struct launch *
report_find_launch(const struct report *r, const char *name)
{
	for (const struct launch *l = r->launch_first; l; l = l->next)
		if (strcmp(l->name, name) == 0)
			return l;
	return NULL;
}

const char *
report_config(const struct report *r, const char *name)
{
	for (; r; r = r->inner)
		for (const struct table *t = r->table_first; t; t = t->next)
			for (const struct row *row = t->first; row; row = row->next)
				if (strcmp(t->name, "config") == 0 &&
				        strcmp(row->cell[0].text, name) == 0)
					return row->cell[1].text;
	return NULL;
}

enum level
report_worst(const struct report *r)
{
	enum level worst = LEVEL_OK;

	for (; r; r = r->inner)
		for (const struct verdict *v = r->verdict_first; v; v = v->next)
			if (v->level > worst)
				worst = v->level;
	return worst;
}

const struct report *
report_damaged(const struct report *r)
{
	while (r && !r->damaged)
		r = r->inner;
	return r;
}

/* Kshim's own first answer by a way that serves the file's machine. */
static const struct launch *
own_answer(const struct report *r)
{
	const struct launch *l = r->launch_first;

	while (!r->disk && l && l->next &&
	        strcmp(l->rule, refusal_name(REFUSAL_KERNEL_ARCH)) == 0)
		l = l->next;
	return l;
}

const char *
report_why_not(const struct report *r, const char **ret_name)
{
	const struct launch *own = own_answer(r);

	*ret_name = NULL;
	if (r->bootable)
		return NULL;
	if (r->kind == KIND_COMPRESSED && r->inner && r->inner->refused &&
	        r->inner->kind != KIND_COMPRESSED)
		r = r->inner; /* what it is decides, not that it is packed */
	if (r->refused) {
		*ret_name = refusal_name(r->refusal);
		return r->refused;
	}
	if (!own)
		return NULL;
	*ret_name = own->rule;
	return own->text;
}

const char *
level_name(enum level level)
{
	static const char *const names[] = {"ok", "note", "warning", "error"};

	return names[level];
}
