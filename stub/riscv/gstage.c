/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds G-stage page tables in a pool of pages.
 *
 * RISC-V privileged specification, Sv39x4/Sv48x4 and the format of Sv39/Sv48 entries. Guest
 * physical addresses equal the machine's, so that devices that do DMA can be passed through.
 */
#include "gstage.h"

#include "stub/base/bytes.h"

#define PTE_V    1ull
#define PTE_U    (1ull << 4)
#define PTE_A    (1ull << 6)
#define PTE_D    (1ull << 7)
#define PTE_PPN  10 /* shift */
#define ENTRIES  512
#define TOP_LEAF 2 /* level of 1-GiB leaves, the largest used */
#define VMID_BIT 44
#define MODE_BIT 60

unsigned
gstage_mode(unsigned levels)
{
	if (levels >= 4)
		return GSTAGE_SV48X4;
	return levels == 3 ? GSTAGE_SV39X4 : 0;
}

static unsigned
top_level(const struct gstage *g)
{
	return g->mode == GSTAGE_SV48X4 ? 3 : 2;
}

/* Bytes that one entry of that level covers. */
static uint64_t
entry_size(unsigned level)
{
	return 1ull << (12 + 9 * level);
}

void
gstage_init(struct gstage *g, unsigned mode, uint64_t *pool, uint64_t pool_addr, uint32_t pages)
{
	*g = (struct gstage){pool, pool_addr, pages, GSTAGE_ROOT_PAGES, mode};
	memset(pool, 0, GSTAGE_ROOT_PAGES * PAGE);
}

/* The table below entry *pte, made if there is none; NULL if the pool is used up. */
static uint64_t *
next_table(struct gstage *g, uint64_t *pte)
{
	uint64_t *table;

	if (*pte & PTE_V)
		return g->pool + ((*pte >> PTE_PPN << 12) - g->pool_addr) / sizeof(*pte);
	if (g->used == g->pages)
		return NULL;
	table = g->pool + g->used * (PAGE / sizeof(*pte));
	memset(table, 0, PAGE);
	*pte = (g->pool_addr + g->used * PAGE) >> 12 << PTE_PPN | PTE_V;
	g->used++;
	return table;
}

/* Map one leaf of that level at `addr`. */
static bool
map_leaf(struct gstage *g, uint64_t addr, unsigned leaf, enum gstage_perm perm)
{
	unsigned level = top_level(g);
	uint64_t *table = g->pool;
	uint64_t index = addr / entry_size(level); /* the root's has two bits more */

	for (; level > leaf; level--) {
		table = next_table(g, &table[index]);
		if (!table)
			return false;
		index = addr / entry_size(level - 1) % ENTRIES;
	}
	table[index] = addr >> 12 << PTE_PPN | PTE_V | PTE_U | PTE_A | PTE_D | (uint64_t)perm;
	return true;
}

/* The largest leaf that may start at `addr` with `len` bytes to go. */
static unsigned
leaf_level(uint64_t addr, uint64_t len)
{
	unsigned level = TOP_LEAF;

	while (level && (addr % entry_size(level) || len < entry_size(level)))
		level--;
	return level;
}

enum refusal_code
gstage_map(struct gstage *g, const char *name, struct range r, enum gstage_perm perm,
        struct refusal *ret_why)
{
	uint64_t reach = entry_size(top_level(g)) * ENTRIES * GSTAGE_ROOT_PAGES;
	uint64_t at = align_down(r.addr, PAGE), end;

	if (!align_up(range_end(r), PAGE, &end) || end > reach) {
		refuse(ret_why, REFUSAL_GSTAGE_RANGE, 0, range_end(r), reach);
		ret_why->a = (struct named_range){name, r};
		return ret_why->code;
	}
	while (at < end) {
		unsigned level = leaf_level(at, end - at);

		if (!map_leaf(g, at, level, perm))
			return refuse(ret_why, REFUSAL_GSTAGE_ROOM, 0, g->pages + 1, g->pages);
		at += entry_size(level);
	}
	return REFUSAL_NONE;
}

uint64_t
gstage_hgatp(const struct gstage *g, unsigned vmid)
{
	return (uint64_t)g->mode << MODE_BIT | (uint64_t)vmid << VMID_BIT | g->pool_addr >> 12;
}
