/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a GRUB script with an environment block: all that was found lies in the room of
 * the result, menus are a tree, the default is an entry, and a refusal names a line.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/grub_cfg.h"

static struct grub_cfg cfg;

/* A span that the reader made: in its room, or empty. */
static void
check_span(struct span s)
{
	struct span room = {(const uint8_t *)cfg.text, cfg.used};

	REQUIRE(inside(room, s));
}

static void
check_item(uint32_t i, uint32_t lines)
{
	const struct grub_item *item = &cfg.item[i];
	struct span device, path;

	REQUIRE(item->parent == GRUB_NONE ||
	        (item->parent < i && cfg.item[item->parent].kind == GRUB_SUBMENU));
	REQUIRE(item->line && item->line <= lines && item->unknown <= lines);
	check_span(item->title);
	check_span(item->id);
	check_span(item->root);
	check_span(item->kernel);
	check_span(item->options);
	check_span(item->other);
	REQUIRE(item->initrds <= GRUB_INITRDS);
	for (uint32_t j = 0; j < item->initrds; j++)
		check_span(item->initrd[j]);
	grub_file(item->kernel, item->root, &device, &path);
	check_span(device);
	check_span(path);
}

static uint32_t
count_lines(struct span text)
{
	uint32_t lines = 1;

	for (uint64_t i = 0; i < text.size; i++)
		lines += text.base[i] == '\n';
	return lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	struct span env = feed_span(&f, feed_number(&f, 1));
	struct span script = feed_span(&f, f.size), prefix = {(const uint8_t *)"/grub", 5};
	uint32_t lines = count_lines(script), chosen;
	struct refusal why;

	if (grub_cfg_read(script, env, prefix, NULL, &cfg, &why)) {
		REQUIRE(why.code == REFUSAL_GRUB_CFG && why.detail);
		REQUIRE(why.found && why.found <= lines && why.where <= script.size);
		return 0;
	}
	REQUIRE(cfg.items <= GRUB_ITEMS && cfg.used <= GRUB_TEXT);
	for (uint32_t i = 0; i < cfg.items; i++)
		check_item(i, lines);
	check_span(cfg.next);
	check_span(cfg.next_root);
	chosen = grub_default(&cfg);
	REQUIRE(chosen == GRUB_NONE ||
	        (chosen < cfg.items && cfg.item[chosen].kind != GRUB_SUBMENU));
	return 0;
}
