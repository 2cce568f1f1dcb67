/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot entries of a system whose GRUB takes them into its menu by `blscfg` (Fedora, RHEL and
 * their kin): GRUB puts the values of its variables into their lines, and its default chooses.
 *
 * So options may be `$kernelopts $tuned_params`, and an initrd line may name several files,
 * `/initramfs.img $tuned_initrd`, both of which the specification itself does not know.
 */
#include "boot_grub.h"

#include "stub/base/text.h"

struct expansion {
	struct boot_entries *list;
	const struct grub_cfg *cfg;
	bool known; /* all variables so far */
};

/* The variable at the `$` of text[*at], which is moved behind it. */
static bool
put_variable(struct expansion *x, struct span text, uint64_t *at)
{
	struct span name, value;
	uint64_t end;

	if (!grub_variable_name(text, *at, &name, &end) || !name.size) {
		++*at;
		return boot_keep(x->list, text_span("$"));
	}
	*at = end;
	x->known = grub_variable(x->cfg, name, &value) && x->known;
	return boot_keep(x->list, value);
}

/* A line with the values of its variables; false if there is no room. */
static bool
expand(struct expansion *x, struct span *line)
{
	struct span text = *line;
	uint32_t start = x->list->used;
	uint64_t at = 0, plain;

	while (at < text.size) {
		for (plain = at; at < text.size && text.base[at] != '$';)
			at++;
		if (!boot_keep(x->list, (struct span){text.base + plain, at - plain}) ||
		        (at < text.size && !put_variable(x, text, &at)))
			return false;
	}
	while (x->list->used > start && x->list->text[x->list->used - 1] == ' ')
		x->list->used--; /* before a variable that is empty */
	*line = boot_kept(x->list, start);
	return true;
}

/* Cut the next word off *left; empty at the end. */
static struct span
take_word(struct span *left)
{
	struct span word;
	uint64_t len = 0;

	while (left->size && left->base[0] == ' ')
		*left = (struct span){left->base + 1, left->size - 1};
	while (len < left->size && left->base[len] != ' ')
		len++;
	word = (struct span){left->base, len};
	*left = (struct span){left->base + len, left->size - len};
	return word;
}

/* Initrd lines: each word of them is a file. */
static bool
expand_initrds(struct expansion *x, struct bls_entry *e)
{
	struct span line[BLS_INITRDS], word;
	uint32_t lines = e->initrds;

	memcpy(line, e->initrd, sizeof(line));
	e->initrds = 0;
	for (uint32_t i = 0; i < lines; i++) {
		if (!expand(x, &line[i]))
			return false;
		while ((word = take_word(&line[i])).size) {
			if (e->initrds == BLS_INITRDS)
				return false;
			e->initrd[e->initrds++] = word;
		}
	}
	return true;
}

static void
expand_entry(struct expansion *x, struct boot_entry *b, uint32_t line)
{
	struct bls_entry *e = &b->entry;
	bool fits = true;

	x->known = true;
	for (uint32_t i = 0; i < e->options && fits; i++)
		fits = expand(x, &e->option[i]);
	fits = fits && expand_initrds(x, e);
	if (!fits)
		boot_grub_refuse(b, line, "more text or initrds than kshim has room for");
	else if (!x->known)
		boot_grub_refuse(b, line, BOOT_GRUB_UNKNOWN);
}

/* The default stays when the room is used for another script; without room there is none. */
static void
keep_default(struct boot_entries *list, struct span chosen)
{
	uint32_t start = list->used;

	if (boot_keep(list, chosen))
		list->grub_default = boot_kept(list, start);
}

static const struct grub_item *
find_blscfg(const struct grub_cfg *cfg)
{
	for (uint32_t i = 0; i < cfg->items; i++) {
		if (cfg->item[i].kind == GRUB_BLSCFG)
			return &cfg->item[i];
	}
	return NULL;
}

enum refusal_code
boot_entries_bls_grub(struct boot_entries *list, struct boot_grub_reader *r,
        const struct partition *part, struct refusal *ret_why)
{
	struct expansion x = {list, &r->room->cfg, true};
	const struct grub_item *item;
	bool found = false;
	enum refusal_code code = boot_grub_find(r, &found, ret_why);

	if (code || !found || !(item = find_blscfg(x.cfg)))
		return code;
	for (uint32_t i = 0; i < list->count; i++) {
		struct boot_entry *b = &list->entry[i];

		if (b->partition == part->number && b->kind == BOOT_TEXT_ENTRY && !b->why.code)
			expand_entry(&x, b, item->line);
	}
	if (x.cfg->chosen_known)
		keep_default(list, x.cfg->chosen);
	return REFUSAL_NONE;
}
