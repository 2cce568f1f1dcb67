/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report as JSON: check.schema.json describes it, and its `schema` member names the
 * version.
 */
#include <string.h>

#include "tools/check/render.h"
#include "tools/cmd.h"

#define CODE_MAX 127 /* of the refusals, check.schema.json */

static void
add(json_object *o, const char *key, json_object *value)
{
	json_add(o, key, value);
}

/* NULL is JSON's null. */
static json_object *
text(const char *s)
{
	return s ? json_new_plain(s) : NULL;
}

static json_object *
value_json(const struct value *v)
{
	switch (v->type) {
	case VALUE_TEXT:
		return text(v->text ? v->text : "");
	case VALUE_FLAG:
		return json_new_boolean(v->number != 0);
	case VALUE_HEX:
	case VALUE_COUNT:
	case VALUE_BYTES:
	default:
		return json_new_uint64(v->number);
	}
}

static json_object *
facts(const struct report *r)
{
	json_object *all = json_new_object();

	for (const struct fact *f = r->fact_first; f; f = f->next) {
		json_object *o = json_new_object();

		add(o, "value", value_json(&f->value));
		if (f->meaning)
			add(o, "meaning", text(f->meaning));
		add(all, f->name, o);
	}
	return all;
}

static json_object *
rows(const struct table *t)
{
	json_object *all = json_new_array();

	for (const struct row *row = t->first; row; row = row->next) {
		json_object *o = json_new_object();

		for (unsigned i = 0; i < t->columns; i++)
			add(o, t->column[i], value_json(&row->cell[i]));
		if (row->meaning)
			add(o, "meaning", text(row->meaning));
		json_append(all, o);
	}
	return all;
}

static json_object *
tables(const struct report *r)
{
	json_object *all = json_new_object();

	for (const struct table *t = r->table_first; t; t = t->next)
		add(all, t->name, rows(t));
	return all;
}

static json_object *
verdicts(const struct report *r)
{
	json_object *all = json_new_array();

	for (const struct verdict *v = r->verdict_first; v; v = v->next) {
		json_object *o = json_new_object();

		add(o, "name", text(v->name));
		add(o, "verdict", text(level_name(v->level)));
		add(o, "text", text(v->text));
		if (v->who)
			add(o, "who", text(v->who));
		json_append(all, o);
	}
	return all;
}

static json_object *
launches(const struct report *r)
{
	json_object *all = json_new_array();

	for (const struct launch *l = r->launch_first; l; l = l->next) {
		json_object *o = json_new_object();

		add(o, "name", text(l->name));
		add(o, "title", text(l->title));
		add(o, "boots", json_new_boolean(l->boots));
		add(o, "rule", text(l->rule));
		add(o, "text", text(l->text));
		if (l->since)
			add(o, "since", text(l->since));
		json_append(all, o);
	}
	return all;
}

static json_object *
trials(const struct report *r)
{
	json_object *all = json_new_array();

	for (const struct trial *t = r->trial_first; t; t = t->next) {
		json_object *o = json_new_object();

		add(o, "name", text(t->name));
		add(o, "good", json_new_boolean(t->good));
		add(o, "reached", text(t->reached));
		add(o, "milliseconds", json_new_uint64(t->milliseconds));
		add(o, "text", text(t->text));
		json_append(all, o);
	}
	return all;
}

/* The code of a refusal's name; 0 if it is the name of something else. */
static int
code_of(const char *name)
{
	for (int code = 1; code <= CODE_MAX; code++) {
		const char *known = refusal_name((enum refusal_code)code);

		if (known && strcmp(known, name) == 0)
			return code;
	}
	return 0;
}

static json_object *
refusal(const struct report *r)
{
	json_object *o;
	const char *name, *why = report_why_not(r, &name);
	int code;

	if (!name && !r->refusal)
		return NULL;
	if (!name) {
		name = refusal_name(r->refusal);
		why = r->refused;
	}
	o = json_new_object();
	code = code_of(name);
	if (code)
		add(o, "code", json_new_int(code));
	add(o, "name", text(name));
	add(o, "sentence", text(why));
	return o;
}

/* What a file and what is packed inside it have in common. */
static void
add_report(json_object *o, const struct report *r)
{
	add(o, "kind", text(r->kind_name));
	add(o, "what", text(r->what));
	add(o, "next", text(r->next));
	add(o, "refusal", refusal(r));
	add(o, "facts", facts(r));
	add(o, "tables", tables(r));
	add(o, "verdicts", verdicts(r));
	if (r->inner) {
		json_object *inside = json_new_object();

		add(inside, "name", text(r->inner->name));
		add_report(inside, r->inner);
		add(o, "inside", inside);
	}
}

static json_object *
needs(const struct outcome *o)
{
	json_object *all = json_new_array();

	for (const struct need *n = o->need_first; n; n = n->next) {
		json_object *j = json_new_object();

		add(j, "word", text(n->word));
		add(j, "met", json_new_boolean(n->met));
		add(j, "text", text(n->text));
		json_append(all, j);
	}
	return all;
}

static json_object *
run_needs(const struct outcome *o)
{
	json_object *all = json_new_array();

	for (const struct run_need *n = o->run_first; n; n = n->next) {
		json_object *j = json_new_object();

		add(j, "name", text(n->name));
		if (n->value)
			add(j, "value", text(n->value));
		add(j, "must", json_new_boolean(n->must));
		add(j, "met", json_new_boolean(n->met));
		add(j, "text", text(n->text));
		json_append(all, j);
	}
	return all;
}

static json_object *
fragment(const struct outcome *o)
{
	json_object *all = json_new_array();
	char line[80];

	for (const struct run_need *n = o->run_first; n; n = n->next)
		if (run_need_lacks(n)) {
			snprintf(line, sizeof(line), "%s=y", n->name);
			json_append(all, text(line));
		}
	return all;
}

static json_object *
changes(const struct outcome *o)
{
	json_object *all = json_new_array();

	for (const struct change *c = o->change_first; c; c = c->next) {
		json_object *j = json_new_object();

		add(j, "name", text(c->name));
		add(j, "before", text(c->before));
		add(j, "after", text(c->after));
		add(j, "breaks", json_new_boolean(c->breaks));
		if (c->text)
			add(j, "text", text(c->text));
		json_append(all, j);
	}
	return all;
}

json_object *
render_json(const struct outcome *o)
{
	json_object *j = json_new_object();

	add(j, "file", text(o->path));
	add(j, "status", json_new_int(o->status));
	add(j, "readable", json_new_boolean(o->report != NULL));
	if (!o->report)
		return j;
	add(j, "bootable", json_new_boolean(o->report->bootable != NULL));
	add_report(j, o->report);
	add(j, "launchers", launches(o->report));
	if (o->report->trial_first)
		add(j, "boots", trials(o->report));
	if (o->need_first)
		add(j, "required", needs(o));
	if (o->run_first) {
		add(j, "for_run", run_needs(o));
		add(j, "fragment", fragment(o));
	}
	if (o->compared) {
		add(j, "compared", text(o->compared));
		add(j, "changes", changes(o));
	}
	return j;
}
