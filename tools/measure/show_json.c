/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON as measure.schema.json describes it.
 */
#include <stdio.h>

#include "tools/cmd.h"
#include "tools/json_new.h"
#include "tools/measure/show.h"

#define SCHEMA "kshim-measure-1"

static json_object *
sums_json(const struct sums *sums, bank_set banks)
{
	json_object *o = json_new_object();
	char buf[SUM_TEXT];

	for (enum bank b = 0; b < BANKS; b++) {
		if (banks >> b & 1)
			json_add(o, bank_name(b),
			        json_new_string(
			                measure_show_sum(sums->sum[b], bank_size(b), buf)));
	}
	return o;
}

static json_object *
event_json(const struct event *e, bank_set banks)
{
	json_object *o = json_new_object();

	json_add(o, "pcr", json_new_int((int)e->pcr));
	json_add(o, "type", json_new_string(log_type_name(e->type)));
	if (e->tag)
		json_add(o, "tag", json_new_uint64(e->tag));
	json_add(o, "what", json_new_string(e->what));
	json_add(o, "text", json_new_plain(e->text));
	if (e->len)
		json_add(o, "length", json_new_uint64(e->len));
	json_add(o, "digests", sums_json(&e->sums, banks));
	return o;
}

static json_object *
difference_json(const struct compared *c, bank_set banks)
{
	json_object *o = json_new_object();

	json_add(o, "why", json_new_plain(c->why));
	json_add(o, "foretold", c->wanted ? event_json(c->wanted, banks) : NULL);
	if (c->found) {
		json_add(o, "number", json_new_int((int)c->event.number));
		json_add(o, "offset", json_new_uint64(c->event.off));
		json_add(o, "type", json_new_uint64(c->event.type));
		json_add(o, "text", json_new_plain(c->text));
	}
	return o;
}

static json_object *
log_json(const struct measure_shown *s)
{
	const struct comparison *c = s->comparison;
	json_object *o = json_new_object(), *pcrs = json_new_array();

	for (unsigned i = 0; i < FORETOLD_PCRS; i++) {
		json_object *p = json_new_object();

		json_add(p, "pcr", json_new_int((int)events_pcr(i)));
		json_add(p, "same", json_new_boolean(c->pcr[i].same));
		json_add(p, "events", json_new_int((int)c->pcr[i].events));
		if (!c->pcr[i].same)
			json_add(p, "difference", difference_json(&c->pcr[i], s->all->banks));
		json_append(pcrs, p);
	}
	json_add(o, "file", json_new_plain(s->log));
	json_add(o, "same", json_new_boolean(!c->first));
	json_add(o, "first", c->first ? json_new_int((int)c->first_pcr) : NULL);
	json_add(o, "pcrs", pcrs);
	return o;
}

static json_object *
pcr_json(const struct events *all, unsigned i)
{
	json_object *p = json_new_object();

	json_add(p, "pcr", json_new_int((int)events_pcr(i)));
	json_add(p, "values", sums_json(&all->pcr[i], all->banks));
	return p;
}

void
measure_show_json(const struct measure_shown *s)
{
	json_object *all = json_new_object(), *events = json_new_array();
	json_object *pcrs = json_new_array(), *assumed = json_new_array();
	const char *line;

	for (unsigned i = 0; (line = foretell_assumed(s->wishes, s->all, i)); i++)
		json_append(assumed, json_new_plain(line));
	for (uint32_t i = 0; i < s->all->count; i++)
		json_append(events, event_json(&s->all->event[i], s->all->banks));
	for (unsigned i = 0; i < FORETOLD_PCRS; i++) {
		if (events_known(s->all, i))
			json_append(pcrs, pcr_json(s->all, i));
	}
	json_add(all, "schema", json_new_string(SCHEMA));
	json_add(all, "kshim", json_new_string(KSHIM_VERSION));
	json_add(all, "status", json_new_int(s->status));
	json_add(all, "assumed", assumed);
	json_add(all, "events", events);
	json_add(all, "pcrs", pcrs);
	json_add(all, "log", s->comparison ? log_json(s) : NULL);
	puts(json_text(all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(all);
}
