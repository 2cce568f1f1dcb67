/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan as JSON; plan.schema.json tells the fields, which are promised to stay.
 *
 * Addresses are strings of hexadecimal digits, because a number of JSON's readers ends at 2^53;
 * sizes are numbers.
 */
#include "tools/json_new.h"
#include <stdio.h>

#include "stub/body/report.h"
#include "stub/handoff/entry.h"
#include "tools/plan/show.h"

#define PLAN_JSON_VERSION 1

typedef struct json_object object;

static void
put(object *o, const char *name, object *value)
{
	json_add(o, name, value);
}

static void
put_text(object *o, const char *name, const char *text)
{
	put(o, name, json_new_string(text));
}

static void
put_number(object *o, const char *name, uint64_t value)
{
	put(o, name, json_new_uint64(value));
}

static void
put_address(object *o, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	put_text(o, name, text);
}

/* "first", "last", "size"; a range of no bytes has no last. */
static object *
range_object(struct range r)
{
	object *o = json_new_object();

	put_address(o, "first", r.addr);
	if (r.len)
		put_address(o, "last", range_end(r) - 1);
	put_number(o, "size", r.len);
	return o;
}

static object *
input_object(const struct plan_case *c)
{
	object *o = json_new_object(), *list = json_new_array();
	char line[160];
	struct text t = text_init(line, sizeof(line));

	report_facts(&t, &c->facts);
	put_text(o, "kernel", c->options.kernel);
	if (c->req.map)
		put_text(o, "is", line);
	for (uint32_t i = 1; i < c->files; i++) {
		object *file = json_new_object();

		put_text(file, "path", c->file[i].path);
		put_number(file, "size", c->file[i].bytes.size);
		json_append(list, file);
	}
	put(o, "initrds", list);
	put_text(o, "cmdline", c->line);
	put_text(o, "body", plan_body_words[c->options.body]);
	if (case_map_is_given(c))
		put_text(o, "map", c->options.map);
	else
		put_text(o, "machine", plan_machine_words[c->options.machine]);
	if (!case_map_is_given(c))
		put_number(o, "memory", c->options.memory);
	return o;
}

static object *
regions_array(const struct regions *s)
{
	object *list = json_new_array();

	for (uint32_t i = 0; i < s->count; i++) {
		object *o = range_object(s->region[i].range);

		put_text(o, "kind", region_word(s->region[i].kind));
		put_text(o, "name", s->region[i].name);
		json_append(list, o);
	}
	return list;
}

static object *
placements_array(const struct plan_case *c)
{
	object *list = json_new_array();

	for (uint32_t i = 0; i < c->plan.placements; i++) {
		const struct placement *p = &c->plan.placement[i];
		object *o = range_object(p->range);

		put_text(o, "name", p->name);
		if (p->blob != PLAN_NO_BLOB) {
			put_text(o, "from", c->req.blob[p->blob].name);
			put_number(o, "offset", p->off);
			put_number(o, "bytes", p->data_len);
		}
		json_append(list, o);
	}
	return list;
}

static object *
moves_array(const struct plan *plan)
{
	static const char *const words[] = {"copy", "read", "zero"};
	object *list = json_new_array();

	for (uint32_t i = 0; i < plan->moves; i++) {
		const struct move *m = &plan->move[i];
		object *o = json_new_object();

		put_text(o, "do", words[m->op]);
		put_address(o, "to", m->dst);
		if (m->op == MOVE_COPY)
			put_address(o, "from", m->src);
		else if (m->op == MOVE_READ)
			put_number(o, "offset", m->src);
		put_number(o, "size", m->len);
		put(o, "late", json_new_boolean(m->late));
		json_append(list, o);
	}
	return list;
}

static object *
entry_object(const struct plan *plan)
{
	object *o = json_new_object();
	struct machine_state s;

	put_text(o, "protocol", protocol_name(plan->protocol));
	put_address(o, "address", plan->entry);
	put_address(o, "kernel", plan->kernel_load);
	put(o, "displacement", json_new_int64(plan->displacement));
	if (plan->initrd.len)
		put(o, "initrd", range_object(plan->initrd));
	if (plan->protocol == PROTOCOL_RISCV)
		return o;
	entry_state(plan, &s);
	put_number(o, "bits", s.bits);
	put_address(o, "rsp", s.rsp);
	put_address(o, "rbx", s.rbx);
	put_address(o, "rsi", s.rsi);
	put_address(o, "cr3", s.cr3);
	return o;
}

static object *
collision_object(const struct named_range *r)
{
	object *o = range_object(r->range);

	put_text(o, "name", r->name);
	return o;
}

static object *
refusal_object(const struct show *s)
{
	const struct refusal *why = &s->c->why;
	object *o = json_new_object(), *collide = json_new_array();
	object *help = json_new_array();
	char line[1024];

	refusal_format(why, line, sizeof(line));
	put_number(o, "code", why->code);
	put_text(o, "name", refusal_name(why->code));
	put_text(o, "sentence", line);
	if (why->a.name)
		json_append(collide, collision_object(&why->a));
	if (why->a.name && why->b.name)
		json_append(collide, collision_object(&why->b));
	put(o, "collide", collide);
	for (uint32_t i = 0; i < s->advice->count; i++) {
		object *item = json_new_object();

		put_text(item, "what", s->advice->item[i].what);
		if (s->advice->item[i].value)
			put_number(item, "bytes", s->advice->item[i].value);
		put_text(item, "text", s->advice->item[i].text);
		json_append(help, item);
	}
	put(o, "help", help);
	return o;
}

static object *
findings_array(const struct findings *f)
{
	object *list = json_new_array();

	for (uint32_t i = 0; i < f->count; i++) {
		object *o = json_new_object();

		put_text(o, "severity", severity_word(f->finding[i].severity));
		put_text(o, "name", f->finding[i].name);
		put_text(o, "text", f->finding[i].text);
		json_append(list, o);
	}
	return list;
}

void
show_json(const struct show *show)
{
	const struct plan_case *c = show->c;
	object *o = json_new_object();

	put_number(o, "version", PLAN_JSON_VERSION);
	put_text(o, "kshim", KSHIM_VERSION);
	put_text(o, "outcome", c->code ? "refused" : "fits");
	put(o, "input", input_object(c));
	put(o, "regions", regions_array(show->regions));
	if (c->code) {
		put(o, "refusal", refusal_object(show));
	} else {
		put(o, "entry", entry_object(&c->plan));
		put(o, "placements", placements_array(c));
		put(o, "moves", moves_array(&c->plan));
	}
	put(o, "findings", findings_array(show->findings));
	puts(json_text(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}
