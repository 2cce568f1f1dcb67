/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a loader's zero page and its setup_data: nothing out of reach is read, the walk
 * ends, and no seed is left where it was taken from.
 */
#include "tests/fuzz/arena.h"

#include "stub/wire/bootparam.h"
#include "x86/boot/launcher.h"

static void
check(const struct launcher *l, const struct zero_page *zp)
{
	uint64_t addr = zp->hdr.setup_data;

	REQUIRE(l->modules <= 1 && l->line_len < LINE_ROOM);
	for (unsigned i = 0; addr && i < 64; i++) {
		const struct zp_setup_data *node = (const void *)(uintptr_t)addr;

		REQUIRE(node->type != ZP_SETUP_RNG_SEED || !node->len);
		addr = node->next;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct launcher launcher;
	static struct memmap map;
	uint8_t *arena = arena_fill(data, size, sizeof(struct zero_page));
	struct zero_page *zp = (struct zero_page *)arena;
	struct refusal why;

	arena_relocate32(arena, offsetof(struct zero_page, hdr.cmd_line_ptr));
	arena_relocate32(arena, offsetof(struct zero_page, hdr.ramdisk_image));
	if (zp->hdr.setup_data && zp->hdr.setup_data < ARENA)
		zp->hdr.setup_data += (uintptr_t)arena;
	map.count = 0;
	if (launcher_read_zero_page((uintptr_t)arena, &launcher, &map, &why))
		REQUIRE(why.code);
	else
		check(&launcher, zp);
	return 0;
}
