/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sharpens the page tables that lie ready in the image (identity.inc): Intel SDM vol. 3, 4.5
 * and 4.6. Where the image, its stack and page 0 lie, pages of 2 MiB are split into those of 4
 * KiB.
 */
#include "x86/boot/protect.h"
#include "stub/base/bytes.h"
#include "x86/boot/own_image.h"
#include "x86/boot/reach.h"
#include "x86/cpu/cpu.h"

#define SPLIT 3 /* page 0, and an image that lies across a multiple of 2 MiB */

extern const uint8_t stack_guard[]; /* identity.inc: a page */

uint64_t boot_page_bits;
static uint64_t tables[SPLIT][PT_ENTRIES] __attribute__((aligned(4096)));

static bool
is_between(uint64_t addr, const uint8_t *start, const uint8_t *end)
{
	return addr >= (uintptr_t)start && addr < (uintptr_t)end;
}

/* Does the 2-MiB page hold page 0 or some of the image? */
static bool
is_split(uint64_t page)
{
	return !page ||
	       (page < (uintptr_t)kshim_end && page + LARGE_PAGE > (uintptr_t)kshim_start);
}

/* The entry of a 4-KiB page, where all that is no code may have the bits `data`. */
static uint64_t
entry_of(uint64_t page, uint64_t data)
{
	if (!page || page == (uintptr_t)stack_guard)
		return 0;
	if (is_between(page, kshim_text, kshim_text_end))
		return page | PTE_PRESENT;
	if (is_between(page, kshim_text_end, kshim_data))
		return page | (data & ~PTE_WRITE);
	return page | data;
}

/* Fill a table for the 4-KiB pages from `addr` on; its entry in the page directory. */
static uint64_t
split(uint64_t *table, uint64_t addr)
{
	for (uint64_t i = 0; i < PT_ENTRIES; i++)
		table[i] = entry_of(addr + i * PAGE, boot_page_bits & ~PTE_LARGE);
	return (uintptr_t)table | PTE_PRESENT | PTE_WRITE;
}

void
protect(void)
{
	unsigned used = 0;

	boot_page_bits = PTE_PRESENT | PTE_WRITE | PTE_LARGE;
	if (cpu_has_nx()) {
		cpu_set_nxe();
		boot_page_bits |= PTE_NX;
	}
	for (uint64_t i = 0, page = 0; i < BOOT_PD_ENTRIES; i++, page += LARGE_PAGE)
		boot_pd[i] =
		        is_split(page) ? split(tables[used++], page) : page | boot_page_bits;
	cpu_set_wp();
	cpu_flush_tlb();
}
