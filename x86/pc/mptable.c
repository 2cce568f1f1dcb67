/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUs, buses, I/O APIC and interrupts as a MultiProcessor table (Intel MP Specification 1.4,
 * chapter 4).
 *
 * QEMU's ISA interrupt N is pin N of the first I/O APIC, but the timer's is pin 2; PCI's come
 * on the pins of the ISA interrupts that the chipset routes them to, level-triggered, active
 * high.
 */
#include "x86/pc/mptable.h"
#include "x86/pc/sum.h"
#include "x86/pc/tables.h"

#define LOCAL_APIC  0xfee00000u
#define IO_APIC     0xfec00000u
#define ISA_IRQS    16
#define CASCADE     2 /* interrupt of the second 8259; pin of the timer */
#define LEVEL_HIGH  0x0d
#define ALL_APICS   0xff
#define BUS_PCI     0
#define BUS_ISA     1
#define POINTER_LEN 16
#define HEADER_LEN  44
#define CPU_LEN     20
#define ENTRY_LEN   8
#define OTHERS_MAX  (4 + ISA_IRQS + 4 * MP_SLOTS + 2)

enum { CPU, BUS, IOAPIC, INTERRUPT, LOCAL_INTERRUPT };
enum { INT, NMI, SMI, EXTINT };
enum { HEADER_SUM = 7, HEADER_LENGTH = 4, HEADER_COUNT = 34, POINTER_SUM = 10 };

struct writer {
	uint8_t *at;
	uint16_t count;
};

static void
add(struct writer *w, uint64_t entry)
{
	memcpy(w->at, &entry, ENTRY_LEN);
	w->at += ENTRY_LEN;
	w->count++;
}

static void
add_cpus(struct writer *w, const struct mp_machine *m)
{
	for (uint32_t i = 0; i < m->cpus; i++) {
		/* type CPU, number, version, enabled and boot CPU; signature, features */
		uint32_t words[CPU_LEN / 4] = {
		        i << 8 | 0x14u << 16 | (i ? 1u : 3u) << 24, m->signature, m->features};

		memcpy(w->at, words, CPU_LEN);
		w->at += CPU_LEN;
		w->count++;
	}
}

/* `type` with one byte for number, then six letters. */
static void
add_bus(struct writer *w, uint8_t number, const char name[6])
{
	uint8_t e[ENTRY_LEN] = {BUS, number};
	uint64_t v;

	memcpy(e + 2, name, 6);
	memcpy(&v, e, sizeof(v));
	add(w, v);
}

static void
add_interrupt(struct writer *w, uint8_t type, uint8_t kind, uint8_t flags, uint8_t bus,
        uint8_t irq, uint8_t apic, uint8_t pin)
{
	add(w, type | (uint64_t)kind << 8 | (uint64_t)flags << 16 | (uint64_t)bus << 32 |
	                (uint64_t)irq << 40 | (uint64_t)apic << 48 | (uint64_t)pin << 56);
}

/* ISA's interrupts but those that PCI has taken, then PCI's. */
static void
add_interrupts(struct writer *w, const struct mp_machine *m)
{
	uint32_t taken = 1u << CASCADE;

	for (uint32_t slot = 0; m->pci && slot < MP_SLOTS; slot++) {
		for (uint8_t pin = 0; m->slots >> slot & 1 && pin < 4; pin++) {
			uint8_t irq = m->irq[slot][pin];

			add_interrupt(w, INTERRUPT, INT, LEVEL_HIGH, BUS_PCI,
			        (uint8_t)(slot << 2 | pin), 0, irq);
			taken |= 1u << (irq & 31);
		}
	}
	for (uint8_t irq = 0; irq < ISA_IRQS; irq++) {
		if (!(taken >> irq & 1))
			add_interrupt(
			        w, INTERRUPT, INT, 0, BUS_ISA, irq, 0, irq ? irq : CASCADE);
	}
	add_interrupt(w, LOCAL_INTERRUPT, EXTINT, 0, BUS_ISA, 0, 0, 0);
	add_interrupt(w, LOCAL_INTERRUPT, NMI, 0, BUS_ISA, 0, ALL_APICS, 1);
}

static void
write_header(uint8_t *table, uint16_t len, uint16_t count)
{
	static const uint8_t signature[] = {'P', 'C', 'M', 'P'};
	static const char ids[] = "KSHIM   QEMU        ";
	uint32_t apic = LOCAL_APIC;

	memset(table, 0, HEADER_LEN);
	memcpy(table, signature, sizeof(signature));
	memcpy(table + HEADER_LENGTH, &len, sizeof(len));
	table[6] = 4; /* specification 1.4 */
	memcpy(table + 8, ids, sizeof(ids) - 1);
	memcpy(table + HEADER_COUNT, &count, sizeof(count));
	memcpy(table + 36, &apic, sizeof(apic));
	table[HEADER_SUM] = (uint8_t)-sum_bytes(table, len);
}

static void
write_pointer(uint8_t *pointer, uint32_t table)
{
	static const uint8_t signature[] = {'_', 'M', 'P', '_'};

	memset(pointer, 0, POINTER_LEN);
	memcpy(pointer, signature, sizeof(signature));
	memcpy(pointer + 4, &table, sizeof(table));
	pointer[8] = POINTER_LEN / 16;
	pointer[9] = 4;
	pointer[POINTER_SUM] = (uint8_t)-sum_bytes(pointer, POINTER_LEN);
}

void
mp_table_write(struct range *fseg, struct range *high, const struct mp_machine *m)
{
	uint64_t most = HEADER_LEN + (uint64_t)m->cpus * CPU_LEN + OTHERS_MAX * ENTRY_LEN;
	struct writer w = {.count = 0};
	uint64_t table, pointer;

	/* A CPU's number has one byte, a table's length two. */
	if (m->cpus >= ALL_APICS)
		return;
	pointer = tables_take_fseg(fseg, POINTER_LEN, POINTER_LEN);
	table = tables_take_high(high, most, POINTER_LEN);
	if (!pointer || !table)
		return;
	w.at = (uint8_t *)(uintptr_t)table + HEADER_LEN;
	add_cpus(&w, m);
	if (m->pci)
		add_bus(&w, BUS_PCI, "PCI   ");
	add_bus(&w, BUS_ISA, "ISA   ");
	add(&w, IOAPIC | 0x11u << 16 | 1u << 24 | (uint64_t)IO_APIC << 32);
	add_interrupts(&w, m);
	write_header((uint8_t *)(uintptr_t)table, (uint16_t)((uintptr_t)w.at - table), w.count);
	write_pointer((uint8_t *)(uintptr_t)pointer, (uint32_t)table);
}
