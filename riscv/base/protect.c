/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables in which each address is itself, so that devices and what the plan moves are
 * reached as without them: RISC-V privileged specification, 4.3 to 4.5.
 *
 * They begin as leaves of 512 GiB, which are split down to pages where kshim and page 0 lie.
 * The table below the first leaf is also a root for Sv39. Whether the hart has a mode is told
 * by satp, which stays as it is when a mode is written that is not there.
 */
#include "riscv/base/protect.h"
#include "riscv/base/csr.h"
#include "riscv/base/own_image.h"

/* The root, Sv39's root, two below that for page 0, three for each end of the image. */
#define TABLES  10
#define ENTRIES 512u

#define PTE_V    0x01u
#define PTE_R    0x02u
#define PTE_W    0x04u
#define PTE_X    0x08u
#define PTE_A    0x40u
#define PTE_D    0x80u
#define PTE_LEAF (PTE_R | PTE_W | PTE_X)
#define READ     (PTE_V | PTE_R | PTE_A)
#define DATA     (READ | PTE_W | PTE_D)
#define CODE     (READ | PTE_X)

#define PAGE_SHIFT  12
#define TABLE_SHIFT 9
#define ROOT_SHIFT  39 /* of what one entry of the root shows */
#define SV39        8ull
#define SV48        9ull
#define SV39_END    (1ull << 38) /* addresses beyond it would have to be negative */
#define SATP_MODE   60

extern const uint8_t boot_stack_guard[], fault_stack_guard[]; /* head.S: a page each */

uint64_t own_satp; /* head.S: for harts that start; 0: no page tables */

static uint64_t table[TABLES][ENTRIES] __attribute__((aligned(PAGE)));
static unsigned used;

/* The entry for an address that is a multiple of a page. */
static uint64_t
entry_of(uint64_t addr, uint64_t rights)
{
	return addr >> 2 | rights;
}

/* Put a table whose leaves of 2^shift bytes show the same in place of a leaf. */
static uint64_t *
split(uint64_t *leaf, unsigned shift)
{
	uint64_t *new = table[used++];

	for (uint64_t i = 0; i < ENTRIES; i++)
		new[i] = *leaf + entry_of(i << shift, 0);
	*leaf = entry_of((uintptr_t) new, PTE_V);
	return new;
}

static void
set_page(uint64_t page, uint64_t rights)
{
	uint64_t *in = table[0], *entry;

	for (unsigned shift = ROOT_SHIFT; shift > PAGE_SHIFT; shift -= TABLE_SHIFT) {
		entry = &in[page >> shift & (ENTRIES - 1)];
		in = *entry & PTE_LEAF ? split(entry, shift - TABLE_SHIFT)
		                       : (uint64_t *)(uintptr_t)(*entry >> 10 << PAGE_SHIFT);
	}
	in[page >> PAGE_SHIFT & (ENTRIES - 1)] = rights ? entry_of(page, rights) : 0;
}

static void
set_pages(const uint8_t *start, const uint8_t *end, uint64_t rights)
{
	for (const uint8_t *page = start; page < end; page += PAGE)
		set_page((uintptr_t)page, rights);
}

static void
fill_tables(const struct riscv_machine *machine)
{
	uint64_t *root = table[used++];
	const struct range page_0 = {0, PAGE};

	for (uint64_t i = 0; i < ENTRIES / 2; i++)
		root[i] = entry_of(i << ROOT_SHIFT, DATA);
	split(&root[0], ROOT_SHIFT - TABLE_SHIFT);
	if (!memmap_is_ram(&machine->map, page_0))
		set_page(0, 0);
	set_pages(kshim_text, kshim_text_end, CODE);
	set_pages(kshim_text_end, kshim_data, READ);
	set_pages(kshim_data, kshim_end, DATA);
	set_page((uintptr_t)boot_stack_guard, 0);
	set_page((uintptr_t)fault_stack_guard, 0);
}

static bool
ends_by(const struct riscv_machine *machine, uint64_t end)
{
	bool all = memmap_ram_end(&machine->map) <= end && (uintptr_t)kshim_end <= end;

	for (uint32_t i = 0; i < machine->devices; i++)
		all = all && range_end(machine->device[i].reg) <= end;
	return all;
}

/* Does the hart have that mode? Then it uses the tables from now on. */
static bool
use(uint64_t mode, const uint64_t *root)
{
	uint64_t satp = mode << SATP_MODE | (uintptr_t)root >> PAGE_SHIFT;

	flush_tlb();
	csr_write(CSR_SATP, satp);
	flush_tlb();
	own_satp = csr_read(CSR_SATP);
	return own_satp == satp;
}

void
protect(const struct riscv_machine *machine)
{
	fill_tables(machine);
	if (!use(SV48, table[0]) && ends_by(machine, SV39_END))
		use(SV39, table[1]);
}

void
protect_guard(const uint8_t *page)
{
	set_page((uintptr_t)page, 0);
	flush_tlb();
}
