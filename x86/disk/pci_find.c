/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks the PCI functions of a machine that is set up already: bridges have their bus numbers,
 * BARs their addresses (PCI Local Bus 3.0, 6.2.5.1; PCI-to-PCI Bridge 1.2, 3.2.5).
 */
#include "x86/disk/disks.h"

#define NO_FUNCTION 0xffffffffu
#define BAR_IO      1u
#define BAR_64      4u

bool
pci_memory_bar(struct pci_config *c, uint32_t at, uint32_t bar, uint64_t *ret_addr)
{
	uint32_t low = c->read(c, at, PCI_BAR0 + 4 * bar);
	uint64_t high = 0;

	if (low & BAR_IO)
		return false;
	if ((low & 6) == BAR_64 && bar < 5)
		high = c->read(c, at, PCI_BAR0 + 4 * bar + 4);
	*ret_addr = high << 32 | (low & ~0xfu);
	return *ret_addr != 0;
}

/* One slot's functions; *last is the highest bus number behind the bridges seen so far. */
static void
walk_slot(struct pci_config *c, uint32_t at, pci_visit *visit, void *context, uint32_t *last)
{
	uint32_t functions = 1;

	for (uint32_t f = 0; f < functions; f++) {
		uint32_t id = c->read(c, at + f, PCI_ID), header, behind;

		if (id == NO_FUNCTION)
			continue;
		header = c->read(c, at + f, PCI_HEADER);
		if (f == 0 && header & PCI_MULTI)
			functions = 8;
		if (PCI_TYPE(header) == PCI_TYPE_BRIDGE) {
			behind = c->read(c, at + f, PCI_BUSES) >> 16 & 0xff;
			*last = behind > *last ? behind : *last;
		}
		visit(context, c, at + f, id);
	}
}

void
pci_walk(struct pci_config *c, uint32_t last_bus, pci_visit *visit, void *context)
{
	for (uint32_t bus = 0; bus <= last_bus; bus++) {
		for (uint32_t slot = 0; slot < 32; slot++)
			walk_slot(c, PCI_AT(bus, slot, 0), visit, context, &last_bus);
	}
}
