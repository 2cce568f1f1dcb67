/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The small code model wants us below 2 GiB; a loader of bzImages may put us anywhere (kexec
 * does above 4 GiB). Called before any address in the image is right, so nothing here may use
 * one: no variable, no string, no table, which tools/pack-bzimage checks. Page tables are built
 * behind the image, in memory that init_size has reserved: the loader's may map no more than
 * ourselves, the zero page and the command line (boot.rst, "64-bit Boot Protocol").
 */
#include "x86/bzimage/linux_early.h"
#include "stub/base/bytes.h"
#include "stub/base/range.h"
#include "x86/bzimage/linux_layout.h"
#include "x86/bzimage/linux_place.h"
#include "x86/cpu/cpu.h"

#define ENTRIES    512
#define PTE_TABLE  0x03 /* present, writable */
#define PTE_PAGE   0x83 /* the same, of 2 MiB */
#define PTE_ADDR   0x000ffffffffff000ull
#define PML4_SHIFT 39
#define PDPT_SHIFT 30

#define TOP    (2 * GIB)      /* of where we can run */
#define WINDOW (255ull << 39) /* the last 512 GiB of the lower half: beyond all memory */
#define LARGE  (2 * MIB)

/* Page tables, through which linux_place.c sees any memory by a window of two large pages. */
struct window {
	uint64_t (*page)[ENTRIES];
	unsigned used;
};

static uint64_t *
table_at(struct window *t, uint64_t *entry)
{
	if (!*entry) {
		if (t->used == LINUX_TABLES)
			return NULL;
		memset(t->page[t->used], 0, PAGE);
		*entry = (uintptr_t)t->page[t->used++] | PTE_TABLE;
	}
	return (uint64_t *)(uintptr_t)(*entry & PTE_ADDR);
}

/* The page directory for an address, empty if it is new. */
static uint64_t *
directory_at(struct window *t, uint64_t addr)
{
	uint64_t *pdpt = table_at(t, &t->page[0][addr >> PML4_SHIFT & (ENTRIES - 1)]);

	return pdpt ? table_at(t, &pdpt[addr >> PDPT_SHIFT & (ENTRIES - 1)]) : NULL;
}

static void
map_gib(struct window *t, uint64_t addr)
{
	uint64_t *pd = directory_at(t, addr);

	for (unsigned i = 0; pd && i < ENTRIES; i++)
		pd[i] = (align_down(addr, GIB) + i * LARGE) | PTE_PAGE;
}

static void
map(struct window *t, uint64_t addr, uint64_t len)
{
	map_gib(t, addr);
	map_gib(t, addr + len - 1);
}

static void
use(const struct window *t)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(t->page) : "memory");
}

/* Our own page tables: the low 4 GiB, ourselves, the zero page. */
static struct window
make_tables(uint64_t base, uint64_t zp)
{
	struct window t = {(uint64_t(*)[ENTRIES])(uintptr_t)(base + LINUX_TABLES_OFFSET), 1};

	memset(t.page[0], 0, PAGE);
	for (uint64_t addr = 0; addr < 4 * GIB; addr += GIB)
		map_gib(&t, addr);
	map(&t, base, LINUX_LEN);
	map(&t, zp, PAGE);
	use(&t);
	return t;
}

const void *
linux_peek(struct window *t, uint64_t addr)
{
	uint64_t *pd;

	if (addr < 4 * GIB - PAGE)
		return (const void *)(uintptr_t)addr;
	pd = directory_at(t, WINDOW);
	if (!pd || addr >> cpu_physical_bits())
		return NULL;
	for (unsigned i = 0; i < 2; i++)
		pd[i] = (align_down(addr, LARGE) + i * LARGE) | PTE_PAGE;
	use(t);
	return (const void *)(uintptr_t)(WINDOW + addr % LARGE);
}

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
	struct window t = make_tables(base, (uintptr_t)zp);
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
