/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MP 1.4: floating pointer 4.1, header 4.2, entries 4.3. ISA interrupts go to the I/O APIC's
 * inputs of the same number, which is how KVM wires them.
 */
#include "mptable.h"

#include <string.h>

#include "tools/run/pci/pci.h"
#include "tools/run/table.h"

#define POINTER   16
#define HEADER    44
#define CPU_ENTRY 20
#define ENTRY     8
#define ISA_IRQS  16
#define PCI_BUS   0
#define VERSION   4 /* of the specification: 1.4 */
#define APIC_VER  0x14

enum entry_type {
	MP_CPU,
	MP_BUS,
	MP_IOAPIC,
	MP_INTERRUPT,
	MP_LOCAL_INTERRUPT,
};

enum interrupt_type {
	MP_INT = 0,
	MP_NMI = 1,
	MP_EXTINT = 3,
};

static uint8_t *
put_interrupt(uint8_t *e, enum entry_type type, enum interrupt_type kind, uint8_t bus,
        uint8_t irq, uint8_t apic, uint8_t input)
{
	e[0] = (uint8_t)type;
	e[1] = (uint8_t)kind;
	e[4] = bus;
	e[5] = irq;
	e[6] = apic;
	e[7] = input;
	return e + ENTRY;
}

static uint8_t *
put_cpus(uint8_t *e, uint32_t cpus)
{
	for (uint32_t n = 0; n < cpus; n++, e += CPU_ENTRY) {
		e[0] = MP_CPU;
		e[1] = (uint8_t)n;
		e[2] = APIC_VER;
		e[3] = n ? 1 : 3;                  /* enabled; the first is the boot CPU */
		table_put(e + 4, 0x600, 4);        /* family 6 */
		table_put(e + 8, 1u | 1u << 9, 4); /* FPU, APIC */
	}
	return e;
}

static uint8_t *
put_bus(uint8_t *e, uint8_t number, const char *type)
{
	e[0] = MP_BUS;
	e[1] = number;
	table_text(e + 2, type);
	return e + ENTRY;
}

/* Pin A of each slot (D.3: slot and pin make the number); the bus says level and polarity. */
static uint8_t *
put_slots(uint8_t *e, uint8_t ioapic)
{
	for (uint8_t slot = 1; slot < PCI_SLOTS; slot++)
		e = put_interrupt(e, MP_INTERRUPT, MP_INT, PCI_BUS, (uint8_t)(slot << 2),
		        ioapic, PCI_GSI(slot));
	return e;
}

/* PCI's bus has the number that its functions have it by; ISA's is the next that is free. */
static void
put_entries(uint8_t *e, uint32_t cpus, bool pci)
{
	uint8_t ioapic = (uint8_t)cpus, isa = pci ? PCI_BUS + 1 : 0;

	e = put_cpus(e, cpus);
	if (pci)
		e = put_bus(e, PCI_BUS, "PCI   ");
	e = put_bus(e, isa, "ISA   ");
	e[0] = MP_IOAPIC;
	e[1] = ioapic;
	e[2] = APIC_VER;
	e[3] = 1;
	table_put(e + 4, 0xfec00000u, 4);
	e += ENTRY;
	for (uint8_t irq = 0; irq < ISA_IRQS; irq++)
		e = put_interrupt(e, MP_INTERRUPT, MP_INT, isa, irq, ioapic, irq);
	if (pci)
		e = put_slots(e, ioapic);
	e = put_interrupt(e, MP_LOCAL_INTERRUPT, MP_EXTINT, isa, 0, 0, 0);
	put_interrupt(e, MP_LOCAL_INTERRUPT, MP_NMI, isa, 0, 0xff, 1);
}

bool
mptable_write(const struct memory *mem, const struct layout *layout, uint32_t cpus)
{
	bool pci = layout->ecam != 0;
	uint32_t entries = cpus + 2 + ISA_IRQS + 2 + (pci ? PCI_SLOTS : 0);
	uint32_t len = HEADER + cpus * CPU_ENTRY + (entries - cpus) * ENTRY;
	uint8_t *p = memory_at(mem, layout->mptable, POINTER + len), *t;

	if (!p || POINTER + len > layout->mptable_len)
		return false;
	t = p + POINTER;
	memset(p, 0, POINTER + len);
	put_entries(t + HEADER, cpus, pci);
	table_text(t, "PCMP");
	table_put(t + 4, len, 2);
	t[6] = VERSION;
	table_text(t + 8, "KSHIM   KSHIM RUN   ");
	table_put(t + 34, entries, 2);
	table_put(t + 36, 0xfee00000u, 4);
	t[7] = table_checksum(t, len);
	table_text(p, "_MP_");
	table_put(p + 4, (uint32_t)layout->mptable + POINTER, 4);
	p[8] = 1;
	p[9] = VERSION;
	p[10] = table_checksum(p, POINTER);
	return true;
}
