/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two chipsets of QEMU's PCs: Intel 440FX with PIIX3 and PIIX4's power management (pc), and
 * Q35 with ICH9 (Intel data sheets 290549, 290550, 316966, 316972).
 *
 * Only registers that QEMU has are set. On Q35 the configuration space is mapped into memory
 * first of all, so that two port accesses are all that PCI costs there.
 */
#include "x86/cpu/cpu.h"
#include "x86/cpu/port.h"
#include "x86/pc/chipset.h"
#include "x86/pc/pc.h"

#define HOST_BRIDGE   PCI_AT(0, 0, 0)
#define SMBUS_BASE    0x701 /* I/O */
#define IRQ_SCI       9
#define PIRQ          0x60       /* PIIX, ICH9: four bytes */
#define PIRQ_E        0x68       /* ICH9: four more */
#define PIRQ_IRQS     0x0b0b0a0a /* the irq[] below */
#define PORT_ELCR     0x4d1      /* level-triggered interrupts 8 to 15 */
#define ELCR_10_11    0x0c
#define IO_APIC       0xfec00000ull
#define MMCONFIG_LEN  (256 * MIB)
#define ICH9_RCBA_LEN (16 * KIB)
/* QEMU, include/hw/i386/microvm.h */
#define MICROVM_MEM     0xc0000000ull
#define MICROVM_EXPRESS 0xe0000000ull
#define GENERIC_BRIDGE  0x00081b36u /* QEMU's host bridge there */
#define F_SEGMENT       0xf0000ull
#define F_SEGMENT_LEN   0xff00ull /* behind it may be what a jump to the reset vector finds */

/* PIRQ A to D. */
static const uint8_t irq[4] = {10, 10, 11, 11};

static unsigned
line_pc(unsigned slot, unsigned pin)
{
	return slot + pin - 1;
}

/* Slots from 25 on are the chipset's own and not rotated. */
static unsigned
line_q35(unsigned slot, unsigned pin)
{
	return slot < 25 ? slot + pin : pin;
}

static void
write(struct pci *p, const struct pci_function *f, uint32_t reg, unsigned bytes, uint32_t value)
{
	p->config.write(&p->config, f->at, reg, bytes, value);
}

static void
level_triggered(void)
{
	outb(PORT_ELCR, ELCR_10_11);
}

/* The other functions of its slot are there by its nature. */
static void
piix3_isa(struct pci *p, struct pci_function *f)
{
	write(p, f, PIRQ, 4, PIRQ_IRQS);
	level_triggered();
	f->multi = true;
}

/* Both channels decoded at their old addresses; the only BAR is the bus master's. */
static enum refusal_code
piix3_ide(struct pci *p, uint16_t index, struct refusal *ret_why)
{
	struct pci_need need = {
	        .size = 16, .align = 16, .owner = index, .reg = 0x20, .kind = PCI_IO};

	write(p, &p->function[index], 0x40, 4, 0x80008000);
	p->function[index].command = 1;
	return pci_add_need(p, &p->root, &need, ret_why);
}

static void
piix4_pm(struct pci *p, struct pci_function *f)
{
	write(p, f, PCI_INTERRUPT, 1, IRQ_SCI);
	write(p, f, 0x40, 4, PM_BASE);
	write(p, f, 0x80, 1, PIIX4_PM_ON);
	write(p, f, 0x90, 4, SMBUS_BASE);
	write(p, f, 0xd2, 1, IRQ_SCI); /* on, by an IRQ */
}

static void
ich9_lpc(struct pci *p, struct pci_function *f)
{
	write(p, f, PIRQ, 4, PIRQ_IRQS);
	write(p, f, PIRQ_E, 4, PIRQ_IRQS);
	level_triggered();
	write(p, f, 0x40, 4, PM_BASE);
	write(p, f, 0x44, 1, ICH9_ACPI_ON);
	write(p, f, 0xf0, 4, (uint32_t)ICH9_RCBA | 1);
	f->multi = true;
}

static enum refusal_code
found(struct pci *p, uint16_t index, struct refusal *ret_why)
{
	struct pci_function *f = &p->function[index];
	enum refusal_code code = REFUSAL_NONE;

	if (f->at > 0xff || (f->id & 0xffff) != INTEL)
		return REFUSAL_NONE;
	f->done = true;
	switch (f->id >> 16) {
	case I440FX:
	case Q35:
		break;
	case PIIX3_ISA:
		piix3_isa(p, f);
		break;
	case PIIX3_IDE:
		code = piix3_ide(p, index, ret_why);
		break;
	case PIIX4_PM:
		piix4_pm(p, f);
		break;
	case ICH9_LPC:
		ich9_lpc(p, f);
		break;
	case ICH9_SMBUS:
		write(p, f, 0x40, 1, 1); /* on */
		f->done = false;
		break;
	default:
		f->done = false;
	}
	return code;
}

/*
 * 0xc0000 to 0xfffff become memory, by the chipset's seven PAM registers; what the ROM showed
 * of itself there is gone.
 */
static void
open_bios_area(struct pci *p, bool q35)
{
	static const struct pci_function host = {.at = HOST_BRIDGE};

	if (q35) {
		write(p, &host, Q35_PAM, 4, Q35_PAM_LOW);
		write(p, &host, Q35_PAM + 4, 2, PAM_HIGH & 0xffff);
		write(p, &host, Q35_PAM + 6, 1, PAM_HIGH & 0xff);
	} else {
		write(p, &host, I440FX_PAM, 4, I440FX_PAM_LOW);
		write(p, &host, I440FX_PAM + 4, 4, PAM_HIGH);
	}
}

static enum refusal_code
open_mmconfig(struct pc *pc, struct refusal *ret_why)
{
	static const struct pci_function host = {.at = HOST_BRIDGE};
	enum refusal_code code;

	write(&pc->pci, &host, 0x60, 4, (uint32_t)MMCONFIG | 1);
	pc->pci.config = pci_memory(MMCONFIG);
	code = memmap_add(pc->map, MMCONFIG, MMCONFIG_LEN, MEM_RESERVED, ret_why);
	if (code)
		return code;
	return memmap_add(pc->map, ICH9_RCBA, ICH9_RCBA_LEN, MEM_RESERVED, ret_why);
}

/* Below 4 GiB: what ACPI will describe, from a round address on, so that memory types fit. */
static void
set_low_areas(struct pci *p, uint64_t low_end, bool q35)
{
	uint64_t start = 2 * GIB;

	if (q35)
		start = MMCONFIG + MMCONFIG_LEN;
	else if (low_end > start && (!align_up(low_end, 256 * MIB, &start) || start >= IO_APIC))
		start = low_end;
	p->mem.area[0] = (struct range){start, IO_APIC - start};
	p->mem.count = start < IO_APIC;
	p->io.area[0] = (struct range){0xc000, 0x4000};
	p->io.area[1] = (struct range){0x6000, 0x4000};
	p->io.area[2] = (struct range){0x1000, 0x4000};
	p->io.count = 3;
}

/* Above 4 GiB: where QEMU's tables put the window if it sees no BAR there, or a bit higher. */
static enum refusal_code
set_high_area(struct pc *pc, uint64_t ram_end, struct refusal *ret_why)
{
	uint64_t start = ram_end > 4 * GIB ? ram_end : 4 * GIB, end;
	enum refusal_code code = items_number(&pc->items, &pc->items.known->reserved_end,
	        FW_CFG_RESERVED_END, start, &end, ret_why);

	pc->pci.high.count = 0;
	if (code || !align_up(end > start ? end : start, GIB, &start))
		return code;
	end = 1ull << cpu_physical_bits();
	if (end > start) {
		pc->pci.high.area[0] = (struct range){start, end - start};
		pc->pci.high.count = 1;
	}
	return code;
}

static enum refusal_code
set_up(struct pc *pc, struct refusal *ret_why)
{
	struct pci *p = &pc->pci;
	uint64_t roots;
	enum refusal_code code = items_number(&pc->items, &pc->items.known->extra_roots,
	        FW_CFG_EXTRA_ROOTS, 0, &roots, ret_why);

	if (code)
		return code;
	p->extra_roots = roots != 0;
	code = pci_scan(p, found, ret_why);
	if (!code)
		code = pci_assign(p, ret_why);
	if (code || !pc->line)
		return code;
	pci_route(p, pc->line, irq);
	if (p->last_bus)
		pci_enable_vga(p);
	return REFUSAL_NONE;
}

/*
 * PCI of a microvm (pcie=on), which the kernel assigns as well (as under qboot); here it is for
 * the disks, where QEMU handed no kernel over.
 */
static bool
take_microvm(struct pc *pc)
{
	struct pci *p = &pc->pci;

	if (pc->has_kernel || pc->items.known->kernel.size)
		return false;
	p->config = pci_memory(MICROVM_EXPRESS);
	if (p->config.read(&p->config, HOST_BRIDGE, PCI_ID) != GENERIC_BRIDGE)
		return false;
	p->io.count = p->high.count = 0;
	p->mem.area[0] = (struct range){MICROVM_MEM, MICROVM_EXPRESS - MICROVM_MEM};
	p->mem.count = 1;
	return true;
}

static enum refusal_code
take_pc(struct pc *pc, bool q35, uint64_t low_end, uint64_t ram_end, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	pc->line = q35 ? line_q35 : line_pc;
	if (q35)
		code = open_mmconfig(pc, ret_why);
	open_bios_area(&pc->pci, q35);
	pc->fseg = (struct range){F_SEGMENT, F_SEGMENT_LEN};
	set_low_areas(&pc->pci, low_end, q35);
	return code ? code : set_high_area(pc, ram_end, ret_why);
}

enum refusal_code
pc_chipset(struct pc *pc, uint64_t low_end, uint64_t ram_end, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;
	uint32_t id;

	pc->line = NULL;
	pc->pci.config = pci_ports();
	id = pc->pci.config.read(&pc->pci.config, HOST_BRIDGE, PCI_ID);
	if (id == ID(Q35) || id == ID(I440FX))
		code = take_pc(pc, id == ID(Q35), low_end, ram_end, ret_why);
	else if (!take_microvm(pc))
		return REFUSAL_NONE;
	return code ? code : set_up(pc, ret_why);
}

void
pc_slot_irqs(const struct pc *pc, struct mp_machine *m)
{
	m->pci = pc->line != NULL;
	m->slots = 0;
	for (uint32_t i = 0; m->pci && i < pc->pci.nr_functions; i++) {
		uint32_t slot = pc->pci.function[i].at >> 3;

		if (slot >= MP_SLOTS)
			continue;
		m->slots |= 1u << slot;
		for (unsigned pin = 0; pin < 4; pin++)
			m->irq[slot][pin] = irq[pc->line(slot, pin) & 3];
	}
}
