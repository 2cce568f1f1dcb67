/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Follows a GRUB script command by command, and writes down its menu.
 *
 * Blocks are kept on a stack of frames rather than by recursion, so that a script's depth is
 * bounded. Each frame knows how the commands around it are meant: done, perhaps done, or
 * skipped. Surprise: an entry's commands run when it is chosen; they are followed where they
 * stand, with the variables that are set there, and what they set is forgotten behind them.
 */
#include "grub_parts.h"

static enum refusal_code
push(struct grub_reading *g, enum grub_block block, enum grub_mode inner,
        struct refusal *ret_why)
{
	if (g->frames == GRUB_DEPTH)
		return grub_refuse(&g->r, "more than 32 blocks inside each other", ret_why);
	g->frame[g->frames++] =
	        (struct grub_frame){block, g->mode, GRUB_NO, g->cfg->variables, g->menu};
	g->mode = inner;
	return REFUSAL_NONE;
}

/* Leave the innermost block, which must be one of these kinds. */
static enum refusal_code
pop(struct grub_reading *g, enum grub_block from, enum grub_block to, struct refusal *ret_why)
{
	const struct grub_frame *f = g->frames > g->base ? &g->frame[g->frames - 1] : NULL;

	if (!f || f->block < from || f->block > to)
		return grub_refuse(&g->r, "the end of a block that did not begin", ret_why);
	if (f->block == GRUB_BLOCK_ENTRY) {
		g->cfg->variables = f->variables;
		g->entry = GRUB_NONE;
	}
	g->mode = f->outer;
	g->menu = f->item;
	g->frames--;
	return REFUSAL_NONE;
}

/* then, else, elif: the branch that begins, of an `if` that was chosen among with `cond`. */
static enum refusal_code
branch(struct grub_reading *g, enum grub_truth cond, bool chooses, struct refusal *ret_why)
{
	struct grub_frame *f = g->frames > g->base ? &g->frame[g->frames - 1] : NULL;

	if (!f || f->block != GRUB_BLOCK_IF)
		return grub_refuse(&g->r, "a branch without an if", ret_why);
	if (f->taken == GRUB_YES || cond == GRUB_NO)
		g->mode = GRUB_SKIPPED;
	else if (f->taken == GRUB_MAYBE || cond == GRUB_MAYBE)
		g->mode = f->outer < GRUB_PERHAPS ? f->outer : GRUB_PERHAPS;
	else
		g->mode = f->outer;
	if (chooses && cond > f->taken)
		f->taken = cond;
	return REFUSAL_NONE;
}

/* A keyword; *ret_found is false for another command. */
static enum refusal_code
keyword(struct grub_reading *g, struct span w, bool *ret_found, struct refusal *ret_why)
{
	*ret_found = true;
	if (span_equals(w, "if"))
		return push(g, GRUB_BLOCK_IF, g->mode, ret_why);
	if (span_equals(w, "then"))
		return branch(g, g->result, true, ret_why);
	if (span_equals(w, "elif"))
		return branch(g, GRUB_YES, false, ret_why);
	if (span_equals(w, "else"))
		return branch(g, GRUB_YES, true, ret_why);
	if (span_equals(w, "fi"))
		return pop(g, GRUB_BLOCK_IF, GRUB_BLOCK_IF, ret_why);
	if (span_equals(w, "do"))
		return push(g, GRUB_BLOCK_LOOP, g->mode < GRUB_PERHAPS ? g->mode : GRUB_PERHAPS,
		        ret_why);
	if (span_equals(w, "done"))
		return pop(g, GRUB_BLOCK_LOOP, GRUB_BLOCK_LOOP, ret_why);
	if (span_equals(w, "}"))
		return pop(g, GRUB_BLOCK_BRACES, GRUB_BLOCK_ENTRY, ret_why);
	*ret_found = span_equals(w, "!");
	g->negate = *ret_found;
	return REFUSAL_NONE;
}

/* A command that ends with {. */
static enum refusal_code
begin_block(struct grub_reading *g, struct refusal *ret_why)
{
	struct span w = g->r.words ? g->r.word[0].text : text_span("");
	bool menu = span_equals(w, "submenu"), entry = span_equals(w, "menuentry");
	enum refusal_code code;

	if (!w.size)
		return push(g, GRUB_BLOCK_BRACES, g->mode, ret_why);
	if (g->mode != GRUB_DONE || g->entry != GRUB_NONE || (!menu && !entry)) {
		if (g->mode == GRUB_PERHAPS)
			grub_pass_over(g);
		return push(g, GRUB_BLOCK_BRACES, GRUB_SKIPPED, ret_why);
	}
	if ((code = push(g, menu ? GRUB_BLOCK_MENU : GRUB_BLOCK_ENTRY, g->mode, ret_why)) ||
	        (code = grub_add_item(g, menu ? GRUB_SUBMENU : GRUB_ENTRY, ret_why)))
		return code;
	grub_name_item(g, &g->cfg->item[g->cfg->items - 1]);
	if (menu)
		g->menu = g->cfg->items - 1;
	else
		g->entry = g->cfg->items - 1;
	return REFUSAL_NONE;
}

/* ---------------------------------------------------------------- commands */

static bool
is_one_of(struct span w, const char *const *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (span_equals(w, names[i]))
			return true;
	}
	return false;
}

/* Commands that boot something else, or go on elsewhere. */
static void
other_command(struct grub_reading *g, struct span w)
{
	static const char *const boots[] = {"chainloader", "multiboot", "multiboot2",
	        "xen_hypervisor", "kernel", "ntldr", "freedos", "kfreebsd", "fwsetup",
	        "configfile", "reboot", "halt", "exit"};
	static const char *const reads[] = {"source", ".", "normal", "configfile",
	        "legacy_configfile", "extract_entries_source"};
	struct grub_item *item = grub_item_of(g);

	g->result = GRUB_MAYBE;
	if (item && is_one_of(w, boots, sizeof(boots) / sizeof(boots[0]))) {
		item->other = w;
		g->keep = true;
	}
	if (is_one_of(w, reads, sizeof(reads) / sizeof(reads[0])))
		grub_pass_over(g);
	if (span_equals(w, "save_env") && !item && g->mode == GRUB_DONE && g->r.words > 1 &&
	        (span_equals(g->r.word[1].text, "next_entry") ||
	                span_equals(g->r.word[1].text, "saved_entry")))
		g->cfg->saves = g->r.command_line;
}

/* configfile, where no entry runs it; one that cannot be followed is the caller's. */
static bool
config_file(struct grub_reading *g)
{
	if (grub_config_file(g))
		return true;
	if (g->mode != GRUB_DONE || g->entry != GRUB_NONE || g->r.words < 2 ||
	        !g->r.word[1].known)
		return false;
	g->cfg->next = g->r.word[1].text;
	g->cfg->next_root = grub_value(g->cfg, text_span("root")).text;
	g->keep = true;
	return true;
}

/* Commands that change what is known. */
static enum refusal_code
known_command(struct grub_reading *g, struct span w, bool *ret_found, struct refusal *ret_why)
{
	*ret_found = true;
	if (span_equals(w, "set") && g->r.words > 1)
		return grub_assign_word(g, g->r.word[1], ret_found, ret_why);
	if (span_equals(w, "unset") && g->r.words > 1)
		return grub_assign(
		        g, g->r.word[1].text, (struct grub_word){text_span(""), true}, ret_why);
	if (span_equals(w, "load_env"))
		return grub_load_env(g, ret_why);
	if (span_equals(w, "search"))
		return grub_search(g, "uuid:", ret_why);
	if (span_equals(w, "search.fs_uuid"))
		return grub_search(g, "uuid:", ret_why);
	if (span_equals(w, "search.fs_label"))
		return grub_search(g, "label:", ret_why);
	if (span_equals(w, "search.file"))
		return grub_search(g, "file:", ret_why);
	if (span_equals(w, "linux") || span_equals(w, "linux16") || span_equals(w, "linuxefi"))
		return grub_linux_line(g, ret_why);
	if (span_equals(w, "initrd") || span_equals(w, "initrd16") ||
	        span_equals(w, "initrdefi"))
		return grub_initrd_line(g, ret_why);
	if (span_equals(w, "blscfg") && g->mode == GRUB_DONE)
		return grub_add_item(g, GRUB_BLSCFG, ret_why);
	if (span_equals(w, "source") || span_equals(w, "."))
		*ret_found = grub_source(g);
	else
		*ret_found = span_equals(w, "configfile") && config_file(g);
	return REFUSAL_NONE;
}

/* Commands of which only the result counts. */
static bool
is_test(struct grub_reading *g, struct span w)
{
	uint32_t words = g->r.words - 1;

	if (span_equals(w, "true") || span_equals(w, "false")) {
		g->result = span_equals(w, "true") ? GRUB_YES : GRUB_NO;
		return true;
	}
	if (!span_equals(w, "[") && !span_equals(w, "test"))
		return false;
	if (span_equals(w, "[") && words && span_equals(g->r.word[words].text, "]"))
		words--;
	g->result = grub_test(g, g->r.word + 1, words);
	return true;
}

static enum refusal_code
plain_command(struct grub_reading *g, struct refusal *ret_why)
{
	struct span w = g->r.word[0].text;
	enum refusal_code code;
	bool found;

	if (is_test(g, w))
		return REFUSAL_NONE;
	if ((code = known_command(g, w, &found, ret_why)) || found)
		return code;
	if ((code = grub_assign_word(g, g->r.word[0], &found, ret_why)) || found)
		return code;
	other_command(g, w);
	return REFUSAL_NONE;
}

static enum refusal_code
command(struct grub_reading *g, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;
	bool found = false, negate = g->negate;

	if (g->r.opens_block)
		return begin_block(g, ret_why);
	if (!g->r.words)
		return REFUSAL_NONE;
	if (!g->r.is_quoted)
		code = keyword(g, g->r.word[0].text, &found, ret_why);
	if (code || found)
		return code;
	g->negate = false;
	if (g->mode == GRUB_SKIPPED)
		return REFUSAL_NONE;
	code = plain_command(g, ret_why);
	if (negate && g->result != GRUB_MAYBE)
		g->result = g->result == GRUB_YES ? GRUB_NO : GRUB_YES;
	return code;
}

/* ---------------------------------------------------------------- the whole */

static enum refusal_code
start(struct grub_reading *g, struct span prefix, struct refusal *ret_why)
{
	enum refusal_code code;

	if ((code = grub_assign(
	             g, text_span("prefix"), (struct grub_word){prefix, true}, ret_why)) ||
	        (code = grub_assign(g, text_span("config_directory"),
	                 (struct grub_word){prefix, true}, ret_why)))
		return code;
	if ((code = grub_assign(g, text_span("grub_platform"),
	             (struct grub_word){text_span("pc"), true}, ret_why)))
		return code;
	return grub_assign(
	        g, text_span("grub_cpu"), (struct grub_word){text_span("i386"), true}, ret_why);
}

/* The script must have left something to boot. */
static enum refusal_code
finish(struct grub_reading *g, struct refusal *ret_why)
{
	struct grub_cfg *cfg = g->cfg;
	struct grub_word chosen = grub_value(cfg, text_span("default"));

	if (g->frames)
		return grub_refuse(&g->r, "a block without an end", ret_why);
	cfg->chosen = chosen.text;
	cfg->chosen_known = chosen.known;
	for (uint32_t i = 0; i < cfg->items; i++) {
		if (cfg->item[i].kind == GRUB_BLSCFG || cfg->item[i].kernel.size)
			return REFUSAL_NONE;
	}
	if (cfg->next.size)
		return REFUSAL_NONE;
	if (!cfg->passed_over)
		return grub_refuse(&g->r, "its end is here, and no entry boots Linux", ret_why);
	g->r.line = cfg->passed_over;
	return grub_refuse(&g->r,
	        "kshim passes this command over, and no entry that boots Linux is left",
	        ret_why);
}

bool
grub_variable(const struct grub_cfg *cfg, struct span name, struct span *ret_value)
{
	struct grub_word w = grub_value(cfg, name);

	*ret_value = w.text;
	return w.known;
}

/* The next command of the script, or back from its end to the script around it. */
static enum refusal_code
step(struct grub_reading *g, struct refusal *ret_why)
{
	uint32_t used = g->cfg->used;
	enum refusal_code code;

	if (grub_at_end(&g->r))
		return grub_return(g, ret_why);
	g->keep = false;
	if (!(code = grub_command(&g->r, ret_why)))
		code = command(g, ret_why);
	if (!g->keep)
		g->cfg->used = used;
	return code;
}

enum refusal_code
grub_cfg_read(struct span script, struct span env, struct span prefix,
        const struct grub_files *files, struct grub_cfg *cfg, struct refusal *ret_why)
{
	struct grub_reading g;
	enum refusal_code code;

	memset(cfg, 0, offsetof(struct grub_cfg, text));
	cfg->chosen = cfg->next = cfg->next_root = text_span("");
	memset(&g, 0, offsetof(struct grub_reading, frame));
	g.r.cfg = g.cfg = cfg;
	g.r.script = script;
	g.r.line = 1;
	g.env = env;
	g.files = files;
	g.mode = GRUB_DONE;
	g.menu = g.entry = GRUB_NONE;
	g.result = GRUB_YES;
	g.negate = g.keep = false;
	code = start(&g, prefix, ret_why);
	while (!code && (g.depth || !grub_at_end(&g.r)))
		code = step(&g, ret_why);
	return code ? code : finish(&g, ret_why);
}
