/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The small code model wants us below 2 GiB; a loader of bzImages may put us anywhere (kexec
 * does above 4 GiB). Called before any address in the image is right, so nothing here may use
 * one: no variable, no string, no table, which tools/pack-bzimage checks. Page tables are built
 * behind the image (linux_window.c), in memory that init_size has reserved: the loader's may
 * map no more than ourselves, the zero page and the command line (boot.rst, "64-bit Boot
 * Protocol").
 */
#include "x86/bzimage/linux_early.h"
#include "stub/base/bytes.h"
#include "stub/base/range.h"
#include "x86/bzimage/linux_layout.h"
#include "x86/bzimage/linux_place.h"
#include "x86/bzimage/linux_window.h"

#define TOP (2 * GIB) /* of where we can run */

/* Where to run: here, or where there is room; 0 if there is none. */
static uint64_t
choose(struct window *t, uint64_t base, const struct zero_page *zp)
{
	if (base <= TOP - LINUX_LEN)
		return base;
	return linux_place(t, zp, LINUX_LEN, TOP);
}

/* Correct all addresses for an image that lies at `to`: the list ends the file. */
static void
relocate(uint64_t to)
{
	const uint32_t *list = (const uint32_t *)(uintptr_t)(to + LINUX_RELOCATIONS_OFFSET);
	uint64_t *linked_at = (uint64_t *)(uintptr_t)(to + LINUX_LINKED_AT_OFFSET);
	uint32_t delta = (uint32_t)(to - *linked_at);

	for (uint32_t i = 0; delta && i < list[0]; i++)
		*(uint32_t *)(uintptr_t)(to + list[1 + i]) += delta;
}

uint64_t
linux_early(uint64_t base, const struct zero_page *zp)
{
	struct window t = linux_window(base, (uintptr_t)zp);
	uint64_t to = choose(&t, base, zp);

	if (!to)
		return 0;
	if (to != base) {
		const uint32_t *list =
		        (const uint32_t *)(uintptr_t)(base + LINUX_RELOCATIONS_OFFSET);

		memcpy((void *)(uintptr_t)to, (const void *)(uintptr_t)base,
		        LINUX_RELOCATIONS_OFFSET + (1ull + list[0]) * sizeof(*list));
	}
	relocate(to);
	memset((void *)(uintptr_t)(to + LINUX_BSS_OFFSET), 0,
	        LINUX_END_OFFSET - LINUX_BSS_OFFSET);
	return to;
}
