/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extends the page tables that the entry has for the first 4 GiB (Intel SDM vol. 3, 4.5).
 *
 * Tables come from a pool in .bss: one a GiB, or none where the CPU has 1-GiB pages, and one
 * for each 512 GiB. Their entries only become present, so that nothing has to be flushed.
 */
#include "x86/boot/reach.h"
#include "stub/base/bytes.h"
#include "x86/cpu/cpu.h"

#define POOL       32
#define ENTRIES    PT_ENTRIES
#define PTE_TABLE  (PTE_PRESENT | PTE_WRITE)
#define PML4_SHIFT 39
#define PDPT_SHIFT 30
#define LOWER_HALF 47 /* bits: addresses above are not canonical */

static uint64_t pool[POOL][ENTRIES] __attribute__((aligned(4096)));
static unsigned used;

/* The table that an entry points to, made if there is none; NULL if the pool is empty. */
static uint64_t *
table_at(uint64_t *entry)
{
	if (!*entry) {
		if (used == POOL)
			return NULL;
		*entry = (uintptr_t)pool[used++] | PTE_TABLE;
	}
	return (uint64_t *)(uintptr_t)(*entry & PTE_ADDRESS);
}

static bool
map_gib(uint64_t addr)
{
	uint64_t *pdpt = table_at(&boot_pml4[addr >> PML4_SHIFT]), *pd, *entry;

	if (!pdpt)
		return false;
	entry = &pdpt[addr >> PDPT_SHIFT & (ENTRIES - 1)];
	if (*entry)
		return true;
	if (cpu_has_gb_pages()) {
		*entry = addr | boot_page_bits;
		return true;
	}
	pd = table_at(entry);
	if (!pd)
		return false;
	for (unsigned i = 0; i < ENTRIES; i++)
		pd[i] = (addr + i * 2 * MIB) | boot_page_bits;
	return true;
}

static enum refusal_code
unreachable(const char *name, struct range r, struct named_range by, struct refusal *ret_why)
{
	refuse(ret_why, REFUSAL_SPACE_UNREACHABLE, 0, 0, 0);
	ret_why->a = (struct named_range){name, r};
	ret_why->b = by;
	return ret_why->code;
}

static enum refusal_code
reach_beyond(const char *name, uint64_t addr, uint64_t len, struct refusal *ret_why)
{
	struct range r = {addr, len};
	unsigned bits;
	uint64_t end;

	bits = cpu_physical_bits() < LOWER_HALF ? cpu_physical_bits() : LOWER_HALF;
	end = 1ull << bits;
	if (!bounds_ok(end, addr, len))
		return unreachable(name, r,
		        (struct named_range){"beyond the CPU's addresses", {end, 0}}, ret_why);
	for (uint64_t a = align_down(addr, GIB); a < addr + len; a += GIB) {
		if (!map_gib(a))
			return unreachable(name, r,
			        (struct named_range){"no page tables left", {a, GIB}}, ret_why);
	}
	return REFUSAL_NONE;
}

void
reach_page_0(bool mapped)
{
	uint64_t *entry = (uint64_t *)(uintptr_t)(boot_pd[0] & PTE_ADDRESS);

	if (boot_pd[0] & PTE_LARGE)
		return;
	*entry = mapped ? boot_page_bits & ~PTE_LARGE : 0;
	if (!mapped)
		cpu_flush_tlb();
}

void
reach_execute(struct range r)
{
	uint64_t last = (range_end(r) - 1) / LARGE_PAGE;

	for (uint64_t i = r.addr / LARGE_PAGE; i <= last; i++)
		boot_pd[i] = i * LARGE_PAGE | (PTE_TABLE | PTE_LARGE);
	cpu_flush_tlb();
}

enum refusal_code
reach(const char *name, uint64_t addr, uint64_t len, struct refusal *ret_why)
{
	if (addr < PAGE && len)
		reach_page_0(true);
	return bounds_ok(4 * GIB, addr, len) ? REFUSAL_NONE
	                                     : reach_beyond(name, addr, len, ret_why);
}
