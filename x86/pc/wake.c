/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes model-specific registers on all CPUs (Intel SDM vol. 3, 9.4.4): this one by itself,
 * the others by waking them into a page of low memory, where they write the list and halt.
 *
 * One interrupt message reaches all of them, whatever their numbers are. They stay halted with
 * interrupts off and without using memory, until a kernel sends them INIT.
 */
#include "stub/base/bytes.h"
#include "stub/base/refusal.h"
#include "stub/base/text.h"
#include "x86/boot/console.h"
#include "x86/cpu/cpu.h"
#include "x86/pc/local_apic.h"
#include "x86/pc/mtrr.h"

#define WAKE_PAGE    0x9f000u /* in front of the BIOS data; no plan uses that page */
#define TO_OTHERS    0xc0000u
#define SEND_INIT    0x4500u
#define SEND_STARTUP 0x4600u
#define PATIENCE     100000000
#define LINE         128

/* wake_page.asm */
extern const uint8_t wake_start[], wake_end[], wake_count[];

/* The kernel may still start them: whether that matters is for the reader of the warning to
 * judge. */
static void
warn(uint32_t silent, uint32_t others)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	text_str(&t, "kshim: warning: ");
	text_dec(&t, silent);
	text_str(&t, " of ");
	text_dec(&t, others);
	text_str(
	        &t, " other CPUs did not wake up, so their memory types (MTRRs) are not set\n");
	console_text(buf);
}

void
msr_set(struct msr_list *list, uint32_t number, uint32_t count, uint64_t value)
{
	uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32), i = 0;

	do
		cpu_write_msr(number + i, low, high);
	while (++i < count);
	if (list->cpus > 1 && list->count < MSR_LIST)
		list->msr[list->count++] = (struct msr){number, count, low, high};
}

void
msr_tell_others(const struct msr_list *list)
{
	uint8_t *page = (uint8_t *)(uintptr_t)WAKE_PAGE;
	uint64_t len = (uintptr_t)wake_end - (uintptr_t)wake_start;
	uint64_t list_len = list->count * sizeof(list->msr[0]);
	const uint32_t end = 0; /* in place of a number */
	uint32_t others = list->cpus - 1;
	volatile uint16_t *count =
	        (volatile uint16_t *)(page + ((uintptr_t)wake_count - (uintptr_t)wake_start));

	if (!list->count)
		return;
	memcpy(page, wake_start, len);
	memcpy(page + len, list->msr, list_len);
	memcpy(page + len + list_len, &end, sizeof(end));
	local_apic_write(LOCAL_APIC_COMMAND, TO_OTHERS | SEND_INIT);
	local_apic_write(LOCAL_APIC_COMMAND, TO_OTHERS | SEND_STARTUP | WAKE_PAGE >> 12);
	for (uint32_t patience = PATIENCE; *count < others && patience; patience--)
		cpu_pause();
	if (*count < others)
		warn(others - *count, others);
}
