/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which entry of GRUB's menu is meant: numbers from 0 on, ids, titles; `>` goes into a submenu,
 * `>>` is that character itself in a title.
 */
#include "grub_cfg.h"

/* Cut what stands before a single `>` off *choice; *ret_more is false if it was the last. */
static struct span
take_part(struct span *choice, bool *ret_more)
{
	struct span part = *choice;
	uint64_t i = 0;

	while (i < part.size && (part.base[i] != '>' || span_is(part, i, ">>", 2)))
		i += span_is(part, i, ">>", 2) ? 2 : 1;
	*ret_more = i < part.size;
	*choice = (struct span){part.base + i + *ret_more, part.size - i - (*ret_more ? 1 : 0)};
	return (struct span){part.base, i};
}

/* Is it that text, in which `>` was doubled? */
static bool
means(struct span part, struct span text)
{
	uint64_t i = 0;

	for (uint64_t j = 0; j < text.size; j++) {
		if (i >= part.size || part.base[i] != text.base[j])
			return false;
		i += span_is(part, i, ">>", 2) ? 2 : 1;
	}
	return text.size && i == part.size;
}

static bool
number(struct span part, uint64_t *ret_n)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < part.size; i++) {
		if (part.base[i] < '0' || part.base[i] > '9' || n > GRUB_ITEMS)
			return false;
		n = n * 10 + (part.base[i] - '0');
	}
	*ret_n = n;
	return part.size != 0;
}

/* The line of a menu that a part means. */
static uint32_t
find_part(const struct grub_cfg *cfg, uint32_t parent, struct span part)
{
	uint64_t wanted = 0, n = 0;
	bool counts = number(part, &wanted);

	for (uint32_t i = 0; i < cfg->items; i++) {
		const struct grub_item *item = &cfg->item[i];

		if (item->parent != parent)
			continue;
		if (counts ? n == wanted : means(part, item->id) || means(part, item->title))
			return i;
		n++;
	}
	return GRUB_NONE;
}

/* A submenu's first entry, however deep; another line itself. */
static uint32_t
first_inside(const struct grub_cfg *cfg, uint32_t i)
{
	static const struct span first = {(const uint8_t *)"0", 1};

	for (unsigned depth = 0; i != GRUB_NONE && cfg->item[i].kind == GRUB_SUBMENU; depth++)
		i = depth < GRUB_DEPTH ? find_part(cfg, i, first) : GRUB_NONE;
	return i;
}

uint32_t
grub_find(const struct grub_cfg *cfg, struct span choice)
{
	uint32_t at = GRUB_NONE;
	bool more = true;

	while (more) {
		struct span part = take_part(&choice, &more);

		at = find_part(cfg, at, part);
		if (at == GRUB_NONE)
			return GRUB_NONE;
		if (more && cfg->item[at].kind != GRUB_SUBMENU)
			break; /* GRUB has no use for the rest either */
	}
	return first_inside(cfg, at);
}

uint32_t
grub_default(const struct grub_cfg *cfg)
{
	static const struct span first = {(const uint8_t *)"0", 1};
	uint32_t at = cfg->chosen_known ? grub_find(cfg, cfg->chosen) : GRUB_NONE;

	return at == GRUB_NONE ? grub_find(cfg, first) : at;
}

void
grub_file(struct span name, struct span root, struct span *ret_device, struct span *ret_path)
{
	uint64_t i = 0;

	*ret_device = root;
	*ret_path = name;
	if (!span_is(name, 0, "(", 1))
		return;
	while (i < name.size && name.base[i] != ')')
		i++;
	if (i == name.size)
		return;
	*ret_device = (struct span){name.base + 1, i - 1};
	*ret_path = (struct span){name.base + i + 1, name.size - i - 1};
}
