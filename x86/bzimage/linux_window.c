/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.bzimage's first page tables, and the view of any memory through them: two large pages
 * that are mapped anew at each look. As linux_early.c it uses no address of the image.
 */
#include "x86/bzimage/linux_window.h"
#include "stub/base/bytes.h"
#include "stub/base/range.h"
#include "x86/bzimage/linux_layout.h"
#include "x86/cpu/cpu.h"

#define ENTRIES    LINUX_TABLE_ENTRIES
#define PTE_TABLE  0x03 /* present, writable */
#define PTE_PAGE   0x83 /* the same, of 2 MiB */
#define PTE_ADDR   0x000ffffffffff000ull
#define PML4_SHIFT 39
#define PDPT_SHIFT 30

#define WINDOW (255ull << 39) /* the last 512 GiB of the lower half: beyond all memory */
#define LARGE  (2 * MIB)

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

struct window
linux_window(uint64_t base, uint64_t zp)
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
