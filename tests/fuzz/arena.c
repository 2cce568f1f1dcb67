/* SPDX-License-Identifier: BSD-2-Clause */
/* See arena.h. */
#include "tests/fuzz/arena.h"

#include <sys/mman.h>

#include "x86/boot/own_image.h"
#include "x86/boot/reach.h"

#define GUARD 0x1000 /* behind the arena: nothing may look there */

__asm__(".bss\n"
        ".globl kshim_start, kshim_end, kshim_window, kshim_window_end\n"
        "kshim_start: .skip 4096\n"
        "kshim_end: kshim_window: kshim_window_end: .skip 1\n"
        ".previous");

static uint8_t *arena;

uint8_t *
arena_fill(const uint8_t *data, size_t size, size_t from)
{
	if (!arena) {
		arena = mmap(NULL, ARENA + GUARD, PROT_READ | PROT_WRITE,
		        MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		REQUIRE(arena != MAP_FAILED);
		REQUIRE(!mprotect(arena + ARENA, GUARD, PROT_NONE));
	}
	if (size > ARENA)
		size = ARENA;
	memset(arena, 0, ARENA);
	memcpy(arena, data, size);
	/* Behind the input there are only zeros, which stay. */
	for (size_t at = from; at < size && at + 8 <= ARENA; at += 8) {
		uint64_t v;

		memcpy(&v, arena + at, 8);
		if (v && v < ARENA) {
			v += (uintptr_t)arena;
			memcpy(arena + at, &v, 8);
		}
	}
	return arena;
}

void
arena_relocate32(uint8_t *bytes, size_t at)
{
	uint32_t v;

	memcpy(&v, bytes + at, 4);
	if (v && v < ARENA) {
		v += (uint32_t)(uintptr_t)bytes;
		memcpy(bytes + at, &v, 4);
	}
}

enum refusal_code
reach(const char *name, uint64_t addr, uint64_t len, struct refusal *ret_why)
{
	if (!len ||
	        (addr >= (uintptr_t)arena && bounds_ok(ARENA, addr - (uintptr_t)arena, len)))
		return REFUSAL_NONE;
	refuse(ret_why, REFUSAL_SPACE_UNREACHABLE, 0, 0, 0);
	ret_why->a = (struct named_range){name, {addr, len}};
	return ret_why->code;
}
