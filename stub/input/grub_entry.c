/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of GRUB's menu: title and id, the kernel with its options, initrds.
 *
 * Surprise: a word of the options that has a blank in it gets quotation marks, and each
 * quotation mark and backslash a backslash, because GRUB hands the line on in that form.
 */
#include "grub_parts.h"

void
grub_pass_over(struct grub_reading *g)
{
	if (!g->cfg->passed_over)
		g->cfg->passed_over = g->r.command_line;
}

struct grub_item *
grub_item_of(struct grub_reading *g)
{
	return g->entry == GRUB_NONE ? NULL : &g->cfg->item[g->entry];
}

/* The entry depends on what is not known. */
static void
mark_unknown(struct grub_reading *g)
{
	struct grub_item *item = grub_item_of(g);

	if (item && !item->unknown)
		item->unknown = g->r.command_line;
}

enum refusal_code
grub_add_item(struct grub_reading *g, enum grub_kind kind, struct refusal *ret_why)
{
	struct grub_item *item;

	if (g->cfg->items == GRUB_ITEMS)
		return grub_refuse(&g->r, "more menu entries than kshim has room for", ret_why);
	item = &g->cfg->item[g->cfg->items++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	item->parent = g->menu;
	item->line = g->r.command_line;
	item->title = item->id = item->root = item->kernel = item->options = item->other =
	        text_span("");
	g->keep = true;
	return REFUSAL_NONE;
}

/* Title and id of a menu entry: the first word, and what --id says. */
void
grub_name_item(struct grub_reading *g, struct grub_item *item)
{
	const struct grub_word *w = g->r.word;
	bool named = false;

	for (uint32_t i = 1; i < g->r.words; i++) {
		bool more = i + 1 < g->r.words;

		if (more && span_equals(w[i].text, "--id"))
			item->id = w[++i].text;
		else if (grub_starts(w[i].text, "--id="))
			span_sub(w[i].text, 5, w[i].text.size - 5, &item->id);
		else if (more && (span_equals(w[i].text, "--class") ||
		                         span_equals(w[i].text, "--users") ||
		                         span_equals(w[i].text, "--hotkey") ||
		                         span_equals(w[i].text, "--source")))
			i++;
		else if (!named && !grub_starts(w[i].text, "--")) {
			item->title = w[i].text;
			named = true;
		}
	}
}

/* A character of a loader's line as GRUB passes it on. */
static bool
put_option(struct grub_cfg *cfg, uint8_t c)
{
	struct span kept;

	if ((c == '\\' || c == '\'' || c == '"') &&
	        !grub_keep(cfg, (struct span){(const uint8_t *)"\\", 1}, &kept))
		return false;
	return grub_keep(cfg, (struct span){&c, 1}, &kept);
}

static bool
put_words(struct grub_reading *g)
{
	struct grub_cfg *cfg = g->cfg;
	struct span kept;

	for (uint32_t i = 2; i < g->r.words; i++) {
		struct span w = g->r.word[i].text;
		bool blank = false, fits = i == 2 || grub_keep(cfg, text_span(" "), &kept);

		for (uint64_t j = 0; j < w.size; j++)
			blank |= w.base[j] == ' ';
		if (blank)
			fits = fits && grub_keep(cfg, text_span("\""), &kept);
		for (uint64_t j = 0; j < w.size && fits; j++)
			fits = put_option(cfg, w.base[j]);
		if (blank)
			fits = fits && grub_keep(cfg, text_span("\""), &kept);
		if (!fits)
			return false;
	}
	return true;
}

/* Mark the entry unless all words, and root if a name needs it, are known. */
static void
check_known(struct grub_reading *g)
{
	for (uint32_t i = 1; i < g->r.words; i++) {
		if (!g->r.word[i].known)
			mark_unknown(g);
	}
	if (g->mode != GRUB_DONE || !grub_value(g->cfg, text_span("root")).known)
		mark_unknown(g);
}

enum refusal_code
grub_linux_line(struct grub_reading *g, struct refusal *ret_why)
{
	struct grub_item *item = grub_item_of(g);
	uint32_t start = g->cfg->used;

	if (!item || g->r.words < 2) {
		grub_pass_over(g);
		return REFUSAL_NONE;
	}
	check_known(g);
	item->root = grub_value(g->cfg, text_span("root")).text;
	item->kernel = g->r.word[1].text;
	if (!put_words(g))
		return grub_refuse(&g->r, "more text than kshim has room for", ret_why);
	item->options =
	        (struct span){(const uint8_t *)g->cfg->text + start, g->cfg->used - start};
	g->keep = true;
	return REFUSAL_NONE;
}

enum refusal_code
grub_initrd_line(struct grub_reading *g, struct refusal *ret_why)
{
	struct span root = grub_value(g->cfg, text_span("root")).text;
	struct grub_item *item;

	if (g->entry == GRUB_NONE) {
		grub_pass_over(g);
		return REFUSAL_NONE;
	}
	item = &g->cfg->item[g->entry];
	check_known(g);
	if (!span_same(root, item->root))
		mark_unknown(g);
	item->initrds = 0;
	for (uint32_t i = 1; i < g->r.words; i++) {
		if (grub_starts(g->r.word[i].text, "--"))
			continue;
		if (item->initrds == GRUB_INITRDS)
			return grub_refuse(&g->r, "an entry of more than 8 initrds", ret_why);
		item->initrd[item->initrds++] = g->r.word[i].text;
	}
	g->keep = true;
	return REFUSAL_NONE;
}
