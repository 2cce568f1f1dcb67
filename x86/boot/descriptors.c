/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One interrupt gate for each exception, all on one stack of their own (Intel SDM vol.
 * 3, 6.14.1 "64-Bit Mode IDT", 6.14.5 "Interrupt Stack Table"), which wants a TSS and so a GDT.
 *
 * Written at run time, because no relocation of ELF splits an address as gates and the TSS's
 * descriptor do. The segments are those of entry.inc, which stay loaded.
 */
#include "x86/boot/descriptors.h"
#include "stub/base/bytes.h"
#include "x86/boot/fault.h"

#define CODE64         0x10
#define DATA           0x18
#define TSS            0x20
#define GATE_INTERRUPT 0x8e /* present, DPL 0, 64-bit interrupt gate */
#define ACCESS_TSS     0x89 /* present, available 64-bit TSS */

struct gate {
	uint16_t offset_0;
	uint16_t selector;
	uint8_t ist, type;
	uint16_t offset_16;
	uint32_t offset_32;
	uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "SDM figure 6-8");

/* For lgdt and lidt. */
struct table_register {
	uint16_t limit; /* bytes - 1 */
	uint64_t base;
} __attribute__((packed));

extern const uint8_t fault_entries[]; /* fault_entries.asm */

static struct gate idt[FAULT_VECTORS];
static uint64_t gdt[TSS / 8 + 2];
static uint8_t tss[TSS_LEN] __attribute__((aligned(8)));
static uint8_t fault_stack[FAULT_STACK_LEN] __attribute__((aligned(16)));

static void
load_idt(void)
{
	struct table_register idtr = {sizeof(idt) - 1, (uintptr_t)idt};
	uint32_t entry = (uint32_t)(uintptr_t)fault_entries;

	for (unsigned i = 0; i < FAULT_VECTORS; i++, entry += FAULT_STRIDE) {
		idt[i] = (struct gate){.offset_0 = (uint16_t)entry,
		        .offset_16 = (uint16_t)(entry >> 16),
		        .selector = CODE64,
		        .ist = FAULT_IST,
		        .type = GATE_INTERRUPT};
	}
	__asm__ volatile("lidt %0" : : "m"(idtr));
}

static void
load_tss(void)
{
	struct table_register gdtr = {sizeof(gdt) - 1, (uintptr_t)gdt};
	uint64_t base = (uintptr_t)tss, stack_top = (uintptr_t)fault_stack + FAULT_STACK_LEN;

	memcpy(tss + TSS_IST1, &stack_top, sizeof(stack_top));
	gdt[CODE64 / 8] = 0x00af9b000000ffff;
	gdt[DATA / 8] = 0x00cf93000000ffff;
	gdt[TSS / 8] = (TSS_LEN - 1) | (base & 0xffffff) << 16 | (uint64_t)ACCESS_TSS << 40 |
	               (base >> 24 & 0xff) << 56;
	gdt[TSS / 8 + 1] = base >> 32;
	__asm__ volatile("lgdt %0\n\tltr %w1" : : "m"(gdtr), "r"(TSS) : "memory");
}

void
descriptors_load(void)
{
	load_tss();
	load_idt();
}
