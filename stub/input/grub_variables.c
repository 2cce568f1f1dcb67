/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a GRUB script sets: variables, those of the environment block, and what searches find.
 *
 * Surprise: a search for a file system is a variable like any other, whose value would be a
 * device of GRUB's; here it is the words of the search, because devices are the caller's.
 */
#include "grub_parts.h"

/* The variable of that name which this entry, or the script, set; else a new one. */
static struct grub_variable *
place_of(struct grub_reading *g, struct span name)
{
	struct grub_cfg *cfg = g->cfg;
	uint32_t first = 0;

	for (uint32_t i = 0; i < g->frames; i++) {
		if (g->frame[i].block == GRUB_BLOCK_ENTRY)
			first = g->frame[i].variables;
	}
	for (uint32_t i = first; i < cfg->variables; i++) {
		struct span n = cfg->variable[i].name;

		if (n.size == name.size && span_is(n, 0, (const char *)name.base, name.size))
			return &cfg->variable[i];
	}
	return cfg->variables < GRUB_VARIABLES ? &cfg->variable[cfg->variables++] : NULL;
}

enum refusal_code
grub_assign(struct grub_reading *g, struct span name, struct grub_word value,
        struct refusal *ret_why)
{
	struct grub_variable *v;

	if (g->mode == GRUB_SKIPPED)
		return REFUSAL_NONE;
	if (!(v = place_of(g, name)))
		return grub_refuse(&g->r, "more variables than kshim has room for", ret_why);
	v->name = name;
	v->value = value.text;
	v->known = value.known && g->mode == GRUB_DONE;
	g->keep = true;
	g->result = GRUB_YES;
	return REFUSAL_NONE;
}

/* NAME=VALUE; *ret_found is false if the word is none. */
enum refusal_code
grub_assign_word(
        struct grub_reading *g, struct grub_word w, bool *ret_found, struct refusal *ret_why)
{
	struct span name = {w.text.base, 0};
	uint64_t i = 0;

	while (i < w.text.size && w.text.base[i] != '=')
		i++;
	*ret_found = i && i < w.text.size;
	if (!*ret_found)
		return REFUSAL_NONE;
	name.size = i;
	w.text = (struct span){w.text.base + i + 1, w.text.size - i - 1};
	return grub_assign(g, name, w, ret_why);
}

/* The value of a line of the environment block, whose backslashes go. */
static bool
keep_value(struct grub_cfg *cfg, struct span raw, struct span *ret_value)
{
	uint64_t len = 0;

	if (!grub_keep(cfg, raw, ret_value))
		return false;
	for (uint64_t i = 0; i < raw.size; i++) {
		if (raw.base[i] == '\\' && i + 1 < raw.size)
			i++;
		cfg->text[cfg->used - raw.size + len++] = (char)raw.base[i];
	}
	ret_value->size = len;
	return true;
}

/* Cut the next line off the environment block; a backslash hides a line's end. */
static bool
next_variable(struct span *left, struct span *ret_line)
{
	uint64_t len = 0;

	if (!left->size)
		return false;
	while (len < left->size && left->base[len] != '\n')
		len += left->base[len] == '\\' && len + 1 < left->size ? 2u : 1u;
	*ret_line = (struct span){left->base, len};
	len += len < left->size;
	*left = (struct span){left->base + len, left->size - len};
	return true;
}

/* All variables of the environment block. */
enum refusal_code
grub_load_env(struct grub_reading *g, struct refusal *ret_why)
{
	struct span left = g->env, line;
	struct grub_word w = {.known = true};
	enum refusal_code code = REFUSAL_NONE;
	bool found;

	while (!code && next_variable(&left, &line)) {
		if (!line.size || line.base[0] == '#')
			continue;
		if (!keep_value(g->cfg, line, &w.text))
			return grub_refuse(&g->r, "more text than kshim has room for", ret_why);
		code = grub_assign_word(g, w, &found, ret_why);
	}
	g->result = g->env.size ? GRUB_YES : GRUB_NO;
	return code;
}

/* What a search looks for. */
struct search {
	const char *kind;
	struct span variable;
	struct grub_word name;
	uint32_t names;
};

/* An option of search; true if the next word is its value. */
static bool
search_option(struct search *s, struct span word)
{
	if (span_equals(word, "--fs-uuid") || span_equals(word, "-u"))
		s->kind = "uuid:";
	else if (span_equals(word, "--label") || span_equals(word, "-l") ||
	         span_equals(word, "--fs-label"))
		s->kind = "label:";
	else if (span_equals(word, "--file") || span_equals(word, "-f"))
		s->kind = "file:";
	else if (grub_starts(word, "--set="))
		span_sub(word, 6, word.size - 6, &s->variable);
	else if (span_equals(word, "--set"))
		s->variable = text_span("root");
	return span_equals(word, "-s") || span_equals(word, "--hint");
}

static void
read_search(struct grub_reading *g, struct search *s)
{
	const struct grub_word *w = g->r.word;

	for (uint32_t i = 1; i < g->r.words; i++) {
		if (grub_starts(w[i].text, "-")) {
			if (!search_option(s, w[i].text) || i + 1 == g->r.words)
				continue;
			i++;
			if (span_equals(w[i - 1].text, "-s"))
				s->variable = w[i].text;
		} else if (!s->names++) {
			s->name = w[i];
		} else if (s->names == 2 && !s->variable.size) {
			s->variable = w[i].text;
		}
	}
}

enum refusal_code
grub_search(struct grub_reading *g, const char *kind, struct refusal *ret_why)
{
	struct search s = {
	        .kind = kind, .variable = text_span(""), .name = {text_span(""), false}};
	struct grub_word value = {.known = true};
	struct span whole;
	enum refusal_code code;

	read_search(g, &s);
	if (!s.variable.size)
		s.variable = text_span("root");
	value.known = s.name.known && s.names;
	if (!grub_keep(g->cfg, text_span(s.kind), &value.text) ||
	        !grub_keep(g->cfg, s.name.text, &whole))
		return grub_refuse(&g->r, "more text than kshim has room for", ret_why);
	value.text.size += whole.size;
	code = grub_assign(g, s.variable, value, ret_why);
	g->result = GRUB_MAYBE;
	return code;
}
