/* SPDX-License-Identifier: BSD-2-Clause */
/* See check_look.h. */
#include "tests/fuzz/check_look.h"

#include "tools/check/check.h"
#include "tools/check/gate.h"
#include "tools/check/render.h"

/* Lines of printable UTF-8: what a terminal is given unfiltered. */
static void
check_printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)text[i];
		unsigned more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;

		REQUIRE(c == '\n' || (c >= ' ' && c != 0x7f));
		REQUIRE(c < 0x80 || (c >= 0xc2 && c < 0xf5));
		for (; more; more--)
			REQUIRE(++i < len && ((uint8_t)text[i] & 0xc0) == 0x80);
	}
}

static void
check_string(const char *text)
{
	if (text)
		check_printable(text, strlen(text));
}

static void
check_value(const struct value *v)
{
	REQUIRE(v->type != VALUE_TEXT || v->text);
	if (v->type == VALUE_TEXT)
		check_string(v->text);
}

static void
check_facts(const struct report *r)
{
	for (const struct fact *f = r->fact_first; f; f = f->next) {
		REQUIRE(f->name && strchr(f->name, '.'));
		check_value(&f->value);
		check_string(f->meaning);
	}
	for (const struct table *t = r->table_first; t; t = t->next) {
		REQUIRE(t->columns && t->columns <= TABLE_COLUMNS);
		for (const struct row *row = t->first; row; row = row->next) {
			for (unsigned i = 0; i < t->columns; i++)
				check_value(&row->cell[i]);
			check_string(row->meaning);
		}
	}
}

static void
check_verdicts(const struct report *r)
{
	for (const struct verdict *v = r->verdict_first; v; v = v->next) {
		REQUIRE(v->name && v->text && *v->text && v->level <= LEVEL_ERROR);
		check_string(v->text);
		REQUIRE(v->level <= report_worst(r));
	}
}

/* Of each launcher one word; kshim's way is there exactly if one of its bodies boots it. */
static void
check_launches(const struct report *r)
{
	bool ours = false;

	for (const struct launch *l = r->launch_first; l; l = l->next) {
		REQUIRE(l->name && l->text && *l->text);
		REQUIRE(l->rule && *l->rule);
		check_string(l->text);
		REQUIRE(report_find_launch(r, l->name) == l);
		ours |= l->boots && !strncmp(l->name, "kshim", 5);
	}
	REQUIRE(ours == (r->bootable != NULL));
}

static void
check_layer(const struct report *r)
{
	REQUIRE(r->what && *r->what && r->kind_name && r->kind <= KIND_OTHER);
	check_string(r->what);
	check_string(r->next);
	check_string(r->refused);
	check_facts(r);
	check_verdicts(r);
	if (r->inner)
		check_layer(r->inner);
}

static void
check_text(const struct outcome *o, bool verbose)
{
	char *text = NULL;
	size_t len = 0;
	struct term t = {.out = open_memstream(&text, &len), .utf8 = true};

	render_text(&t, o, verbose);
	fclose(t.out);
	REQUIRE(len);
	check_printable(text, len);
	free(text);
}

static void
check_json(const struct outcome *o)
{
	json_object *json = render_json(o), *again;
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);

	check_string(text);
	again = json_tokener_parse(text);
	REQUIRE(again && json_object_equal(json, again));
	json_object_put(again);
	json_object_put(json);
}

/* One of the ways by turns, because printing takes longer than checking. */
static void
print(const struct outcome *o, uint64_t turn)
{
	if (turn % 3 == 0)
		check_json(o);
	else
		check_text(o, turn % 3 == 1);
}

void
check_look(struct span bytes)
{
	struct outcome o = {.path = "x"};

	o.report = check_bytes(o.path, bytes, CHECK_LIMIT);
	check_layer(o.report);
	check_launches(o.report);
	gate_compare(&o, &o);
	REQUIRE(!o.change_first);
	print(&o, bytes.size + span_u8(bytes, bytes.size / 2));
	report_free(o.report);
}
