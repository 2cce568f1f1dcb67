/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other files of a GRUB script: `source` goes on in one and comes back, `configfile` goes on in
 * one for good, with the environment block beside it.
 *
 * Surprise: a file's own blocks must end inside of it, so the frames of the script around it
 * are out of its reach (`base`).
 */
#include "grub_parts.h"

#define GRUBENV "/grubenv"

struct grub_found
grub_look(struct grub_reading *g, const struct grub_word *name, struct span *ret_bytes)
{
	struct grub_word root = grub_value(g->cfg, text_span("root"));
	struct span device, path;

	grub_file(name->text, root.text, &device, &path);
	if (!g->files || !name->known || (!root.known && span_same(device, root.text)))
		return (struct grub_found){GRUB_NOT_KNOWN, 0};
	return g->files->look(g->files->context, device, path, ret_bytes);
}

/* Open what the command's first word behind its name says; false if it is not known, or none.
 */
static bool
open_file(struct grub_reading *g, struct span *ret_script)
{
	if (g->mode != GRUB_DONE || g->entry != GRUB_NONE || g->r.words < 2 ||
	        g->opened == GRUB_OPENED)
		return false;
	if (grub_look(g, &g->r.word[1], ret_script).kind != GRUB_FILE)
		return false;
	g->opened++;
	return true;
}

static void
go_to(struct grub_reading *g, struct span script)
{
	g->r.script = script;
	g->r.at = 0;
	g->r.line = 1;
	g->base = g->frames;
}

bool
grub_source(struct grub_reading *g)
{
	struct span script;

	if (g->depth == GRUB_FILES || !open_file(g, &script))
		return false;
	g->around[g->depth++] = (struct grub_around){g->r.script, g->r.at, g->r.line, g->base};
	go_to(g, script);
	return true;
}

enum refusal_code
grub_return(struct grub_reading *g, struct refusal *ret_why)
{
	const struct grub_around *a;

	if (g->frames != g->base)
		return grub_refuse(&g->r, "a block without an end", ret_why);
	a = &g->around[--g->depth];
	g->r.script = a->script;
	g->r.at = a->at;
	g->r.line = a->line;
	g->base = a->base;
	g->result = GRUB_MAYBE;
	return REFUSAL_NONE;
}

/* The environment block beside the file of that name. */
static void
find_env(struct grub_reading *g, struct span name)
{
	uint32_t used = g->cfg->used;
	struct grub_word env = {.known = true};
	struct span tail;

	g->env = text_span("");
	while (name.size && name.base[name.size - 1] != '/')
		name.size--;
	name.size -= name.size != 0;
	if (grub_keep(g->cfg, name, &env.text) &&
	        grub_keep(g->cfg, text_span(GRUBENV), &tail)) {
		env.text.size += tail.size;
		if (grub_look(g, &env, &g->env).kind != GRUB_FILE)
			g->env = text_span("");
	}
	g->cfg->used = used;
}

bool
grub_config_file(struct grub_reading *g)
{
	struct span script;

	if (g->menu != GRUB_NONE || !open_file(g, &script))
		return false;
	find_env(g, g->r.word[1].text);
	g->frames = g->depth = g->cfg->items = g->cfg->passed_over = 0;
	go_to(g, script);
	return true;
}
