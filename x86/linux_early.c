/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The small code model wants us below 2 GiB; a loader of bzImages may put us anywhere (kexec
 * does above 4 GiB). Called before any address in the image is right, so nothing here may use
 * one: no variable, no string, no table, which tools/pack-bzimage checks. Page tables are built
 * behind the image, in memory that init_size has reserved: the loader's may map no more than
 * ourselves, the zero page and the command line (boot.rst, "64-bit Boot Protocol").
 */
#include "x86/linux_early.h"
#include "stub/bytes.h"
#include "stub/range.h"
#include "x86/linux_layout.h"

#define ENTRIES    512
#define PTE_TABLE  0x03 /* present, writable */
#define PTE_PAGE   0x83 /* the same, of 2 MiB */
#define PTE_ADDR   0x000ffffffffff000ull
#define PML4_SHIFT 39
#define PDPT_SHIFT 30

#define TOP      (2 * GIB) /* of where we can run */
#define STEP     MIB
#define NODES    12   /* of setup_data that are kept out of the way */
#define LINE_MAX 8192 /* the longest command line, bytes */

struct tables {
	uint64_t (*page)[ENTRIES];
	unsigned used;
};

/* What must stay as it is while we look for a place. */
struct avoid {
	struct range range[3 + NODES];
	unsigned count;
};

static uint64_t *
table_at(struct tables *t, uint64_t *entry)
{
	if (!*entry) {
		if (t->used == LINUX_TABLES)
			return NULL;
		memset(t->page[t->used], 0, PAGE);
		*entry = (uintptr_t)t->page[t->used++] | PTE_TABLE;
	}
	return (uint64_t *)(uintptr_t)(*entry & PTE_ADDR);
}

static bool
map_gib(struct tables *t, uint64_t addr)
{
	uint64_t *pdpt = table_at(t, &t->page[0][addr >> PML4_SHIFT & (ENTRIES - 1)]), *pd;

	pd = pdpt ? table_at(t, &pdpt[addr >> PDPT_SHIFT & (ENTRIES - 1)]) : NULL;
	for (unsigned i = 0; pd && i < ENTRIES; i++)
		pd[i] = (align_down(addr, GIB) + i * 2 * MIB) | PTE_PAGE;
	return pd;
}

static bool
map(struct tables *t, uint64_t addr, uint64_t len)
{
	return map_gib(t, addr) && map_gib(t, addr + len - 1);
}

/* Our own page tables: the low 4 GiB, ourselves, the zero page. */
static struct tables
make_tables(uint64_t base, uint64_t zp)
{
	struct tables t = {(uint64_t(*)[ENTRIES])(uintptr_t)(base + LINUX_TABLES_OFFSET), 1};

	memset(t.page[0], 0, PAGE);
	for (uint64_t addr = 0; addr < 4 * GIB; addr += GIB)
		map_gib(&t, addr);
	map(&t, base, LINUX_LEN);
	map(&t, zp, PAGE);
	__asm__ volatile("mov %0, %%cr3" : : "r"(t.page) : "memory");
	return t;
}

static void
avoid(struct avoid *a, uint64_t addr, uint64_t len)
{
	a->range[a->count++] = (struct range){addr, len};
}

static struct avoid
collect(struct tables *t, const struct zero_page *zp)
{
	uint64_t high = zp->sentinel ? 0 : 1; /* else upper halves are not to be believed */
	struct avoid a = {.count = 0};
	uint64_t node = zp->hdr.setup_data;

	avoid(&a, (uintptr_t)zp, PAGE);
	avoid(&a, zp->hdr.cmd_line_ptr + high * ((uint64_t)zp->ext_cmd_line_ptr << 32),
	        LINE_MAX);
	avoid(&a, zp->hdr.ramdisk_image + high * ((uint64_t)zp->ext_ramdisk_image << 32),
	        zp->hdr.ramdisk_size + high * ((uint64_t)zp->ext_ramdisk_size << 32));
	for (unsigned i = 0; node && i < NODES; i++) {
		const struct zp_setup_data *n = (const struct zp_setup_data *)(uintptr_t)node;

		if (node >= 1ull << 47 || !map(t, node, sizeof(*n)))
			break;
		avoid(&a, node, sizeof(*n) + (uint64_t)n->len);
		node = n->next;
	}
	return a;
}

static bool
is_free(const struct zero_page *zp, const struct avoid *a, struct range r)
{
	bool is_ram = false;

	for (unsigned i = 0; i < a->count; i++) {
		if (range_overlaps(a->range[i], r))
			return false;
	}
	for (unsigned i = 0; i < zp->e820_entries && i < ZP_E820_MAX; i++) {
		const struct zp_e820_entry *e = &zp->e820_table[i];
		struct range entry = {e->addr, e->size};

		if (e->type != 1 && range_overlaps(entry, r))
			return false;
		is_ram |= e->type == 1 && range_contains(entry, r);
	}
	return is_ram;
}

/* Where to run: here, or the lowest free MiB; 0 if there is none. */
static uint64_t
choose(struct tables *t, uint64_t base, const struct zero_page *zp)
{
	struct avoid a;

	if (base <= TOP - LINUX_LEN)
		return base;
	a = collect(t, zp);
	for (uint64_t addr = STEP; addr <= TOP - LINUX_LEN; addr += STEP) {
		if (is_free(zp, &a, (struct range){addr, LINUX_LEN}))
			return addr;
	}
	return 0;
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
	struct tables t = make_tables(base, (uintptr_t)zp);
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
