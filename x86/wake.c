/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes model-specific registers on all CPUs (Intel SDM vol. 3, 9.4.4): this one by itself,
 * the others by waking them into a page of low memory, where they write the list and halt.
 *
 * One interrupt message reaches all of them, whatever their numbers are. They stay halted with
 * interrupts off and without using memory, until a kernel sends them INIT.
 */
#include "stub/bytes.h"
#include "x86/cpu.h"
#include "x86/mtrr.h"

#define WAKE_PAGE    0x9f000u /* in front of the BIOS data; no plan uses that page */
#define APIC_COMMAND ((volatile uint32_t *)0xfee00300)
#define TO_OTHERS    0xc0000u
#define SEND_INIT    0x4500u
#define SEND_STARTUP 0x4600u
#define PATIENCE     100000000

/* wake_page.asm */
extern const uint8_t wake_start[], wake_end[], wake_count[];

static void
wake(const struct msr_list *list, uint32_t others)
{
	uint8_t *page = (uint8_t *)(uintptr_t)WAKE_PAGE;
	uint64_t len = (uintptr_t)wake_end - (uintptr_t)wake_start;
	volatile uint16_t *count =
	        (volatile uint16_t *)(page + ((uintptr_t)wake_count - (uintptr_t)wake_start));

	memcpy(page, wake_start, len);
	memcpy(page + len, list->msr, (list->count + 1ull) * sizeof(list->msr[0]));
	*APIC_COMMAND = TO_OTHERS | SEND_INIT;
	*APIC_COMMAND = TO_OTHERS | SEND_STARTUP | WAKE_PAGE >> 12;
	for (uint32_t patience = PATIENCE; *count < others && patience; patience--)
		cpu_pause();
}

void
msr_write_all(const struct msr_list *list, uint32_t cpus)
{
	for (const struct msr *m = list->msr; m->number; m++)
		cpu_write_msr(m->number, m->low, m->high);
	if (cpus > 1)
		wake(list, cpus - 1);
}
