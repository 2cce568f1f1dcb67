/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IDT: one interrupt gate for each exception, all of which end in REFUSAL_CPU_FAULT.
 *
 * Format: Intel SDM vol. 3, 6.14.1 "64-Bit Mode IDT". The gates are written at run time, for
 * no relocation of ELF splits an address as they do.
 */
#include "x86/boot/idt.h"
#include "stub/base/refusal.h"
#include "x86/boot/die.h"

#define CODE64         0x10 /* entry.asm's GDT */
#define GATE_INTERRUPT 0x8e /* present, DPL 0, 64-bit interrupt gate */

struct gate {
	uint16_t offset_0;
	uint16_t selector;
	uint8_t ist, type;
	uint16_t offset_16;
	uint32_t offset_32;
	uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "SDM figure 6-8");

struct idtr {
	uint16_t limit; /* bytes - 1 */
	uint64_t base;
} __attribute__((packed));

extern const uint8_t fault_entries[]; /* fault.asm */
_Noreturn void fault(unsigned vector, uint64_t rip);

static struct gate idt[IDT_FAULTS];

void
idt_load(void)
{
	struct idtr idtr = {sizeof(idt) - 1, (uintptr_t)idt};
	uint32_t entry = (uint32_t)(uintptr_t)fault_entries;

	for (unsigned i = 0; i < IDT_FAULTS; i++, entry += IDT_FAULT_STRIDE) {
		idt[i] = (struct gate){.offset_0 = (uint16_t)entry,
		        .offset_16 = (uint16_t)(entry >> 16),
		        .selector = CODE64,
		        .type = GATE_INTERRUPT};
	}
	__asm__ volatile("lidt %0" : : "m"(idtr));
}

_Noreturn void
fault(unsigned vector, uint64_t rip)
{
	struct refusal why;

	refuse(&why, REFUSAL_CPU_FAULT, 0, vector, rip);
	die(&why);
}
