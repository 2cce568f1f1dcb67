/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as hvm_start_info and what it points to: what is taken lies where it can be
 * reached, and the map is one.
 */
#include "tests/fuzz/arena.h"

#include "stub/wire/start_info.h"
#include "x86/boot/launcher.h"

static void
check(const struct launcher *l, const struct memmap *map)
{
	struct refusal why;

	REQUIRE(l->modules <= LAUNCHER_MODULES && l->line_len < LINE_ROOM);
	REQUIRE(!memchr(l->line, 0, (size_t)l->line_len));
	for (uint32_t i = 0; i < l->modules; i++)
		REQUIRE(!launcher_check_module(
		        (struct range){l->module[i].addr, l->module[i].size}, &why));
	for (uint32_t i = 1; i < map->count; i++)
		REQUIRE(range_end(map->entry[i - 1].range) <= map->entry[i].range.addr);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct launcher launcher;
	static struct memmap map;
	uint8_t *arena = arena_fill(data, size, 16);
	struct refusal why;

	map.count = 0;
	if (launcher_read((uintptr_t)arena, &launcher, &map, &why))
		REQUIRE(why.code);
	else
		check(&launcher, &map);
	return 0;
}
