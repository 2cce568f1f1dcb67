/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Identity page tables: PML4, then all PDPTs, then all page directories, ascending.
 *
 * Intel SDM vol. 3A, 4.5 (4-level paging). Entries are P and RW; the CPU sets A and D itself.
 * No two ranges share a GiB, so that a PDPT entry is either a 1-GiB page or one directory.
 */
#include "paging.h"
#include "stub/base/bytes.h"

#define TABLE      PAGE
#define ENTRIES    512u
#define P_RW       0x3ull
#define PS         0x80ull /* this entry is a page and not a table */
#define LARGE_PAGE (2 * MIB)

static void
put_entry(uint8_t *table, uint64_t slot, uint64_t entry)
{
	/* one store; freestanding code would call memcpy 512 times a GiB */
	__builtin_memcpy(table + slot * sizeof(entry), &entry, sizeof(entry));
}

/* Pages for `len` bytes from `entry` on, which has the flags. */
static void
fill_directory(uint8_t *out, uint64_t entry, uint64_t len)
{
	uint64_t *slot = (uint64_t *)(void *)out, *end = slot + len / LARGE_PAGE;

	for (; slot < end; slot++, entry += LARGE_PAGE)
		*slot = entry;
}

/* Tables being written: the buffer, its guest address, and what of it is used. */
struct tables {
	uint8_t *out;
	uint64_t addr;
	uint64_t pdpt, next_pdpt, next_pd; /* offsets in out */
	uint64_t slot;                     /* PML4 slot that `pdpt` serves */
	bool gb_pages;
};

/* Map `len` bytes, at most a GiB, from the start of a GiB on. */
static void
map_gib(struct tables *t, uint64_t addr, uint64_t len)
{
	uint64_t gib = addr / GIB, slot = gib / ENTRIES;

	if (!t->pdpt || t->slot != slot) {
		t->pdpt = t->next_pdpt;
		t->slot = slot;
		t->next_pdpt += TABLE;
		put_entry(t->out, slot, (t->addr + t->pdpt) | P_RW);
	}
	if (t->gb_pages) {
		put_entry(t->out + t->pdpt, gib % ENTRIES, addr | PS | P_RW);
		return;
	}
	put_entry(t->out + t->pdpt, gib % ENTRIES, (t->addr + t->next_pd) | P_RW);
	fill_directory(t->out + t->next_pd, addr | PS | P_RW, len);
	t->next_pd += TABLE;
}

void
paging_write(
        const struct range *ranges, uint32_t count, bool gb_pages, uint64_t addr, uint8_t *out)
{
	struct tables t = {.out = out,
	        .addr = addr,
	        .next_pdpt = TABLE,
	        .next_pd = TABLE * (1 + paging_pdpts(ranges, count)),
	        .gb_pages = gb_pages};

	for (uint32_t i = 0; i < count; i++) {
		struct range left = ranges[i];

		for (; left.len > GIB; left.addr += GIB, left.len -= GIB)
			map_gib(&t, left.addr, GIB);
		if (left.len)
			map_gib(&t, left.addr, left.len);
	}
}
