/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks the page tables of the 64-bit entry (Intel SDM vol. 3, 4.5: four levels).
 *
 * boot.rst demands the identity for [load, load + init_size), the zero page and the command
 * line; the tables themselves must lie in RAM apart from all else (c).
 */
#include "probe.h"

#define ENTRY_P    0x1ull
#define ENTRY_W    0x2ull
#define ENTRY_UC   0x18ull /* PWT, PCD */
#define ENTRY_PS   0x80ull
#define ENTRY_NX   0x8000000000000000ull
#define ENTRY_ADDR 0x000ffffffffff000ull

struct walk {
	uint64_t phys;   /* where the address leads */
	uint64_t page;   /* bytes of its page, 0 if it is not mapped */
	uint64_t common; /* flags that all levels have */
	uint64_t any;    /* flags that some level has */
};

static struct walk
walk(uint64_t addr)
{
	struct walk w = {.common = ~0ull};
	uint64_t table = cr3() & ENTRY_ADDR;

	for (int shift = 39; shift >= 12; shift -= 9) {
		uint64_t e = ((const uint64_t *)at(table))[addr >> shift & 511];

		w.common &= e;
		w.any |= e;
		if (!(e & ENTRY_P))
			return w;
		table = e & ENTRY_ADDR;
		if (shift == 12 || (shift < 39 && e & ENTRY_PS)) {
			w.page = 1ull << shift;
			w.phys = (table & ~(w.page - 1)) | (addr & (w.page - 1));
			return w;
		}
	}
	return w;
}

void
check_mapped(struct probe *p, const char *what, struct range r)
{
	uint64_t addr = r.addr;

	while (r.len && addr < end_of(r)) {
		struct walk w = walk(addr);

		if (!w.page || w.phys != addr || !(w.common & ENTRY_W) ||
		        w.any & (ENTRY_UC | ENTRY_NX)) {
			say(what);
			fail(p, ": identity mapping (flags found) at", w.any, addr);
			return;
		}
		addr = (addr & ~(w.page - 1)) + w.page;
	}
}

static void
check_directory(struct probe *p, uint64_t table)
{
	bool gb_pages = cpuid(0x80000001).d & 1u << 26;
	const uint64_t *e = at(table);

	add_thing(p, "page tables", table, 4096);
	for (int i = 0; i < 512; i++)
		if (e[i] & ENTRY_P && e[i] & ENTRY_PS && !gb_pages) {
			fail(p, "a 1-GiB page on a CPU without, index", (uint64_t)i, 0);
			return;
		}
}

/* The root and the tables below it; the last level is left to check_mapped(). */
void
check_tables(struct probe *p)
{
	const uint64_t *root = at(cr3() & ENTRY_ADDR);

	add_thing(p, "page table root", cr3() & ENTRY_ADDR, 4096);
	for (int i = 0; i < 512; i++)
		if (root[i] & ENTRY_P)
			check_directory(p, root[i] & ENTRY_ADDR);
}
