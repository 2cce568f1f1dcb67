/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two ways to PCI's configuration space: the ports 0xcf8 and 0xcfc (PCI Local Bus 3.0,
 * 3.2.2.3.2) and the memory-mapped one (PCI Express Base 3.0, 7.2.2).
 *
 * An address once written stays in the port, so registers in one dword cost one more access.
 */
#include "x86/cpu/port.h"
#include "x86/pc/pci.h"

#define PORT_ADDRESS 0xcf8
#define PORT_DATA    0xcfc
#define ENABLE       (1u << 31)

static void
point(struct pci_config *c, uint32_t at, uint32_t reg)
{
	uint32_t address = ENABLE | at << 8 | (reg & 0xfc);

	if (c->last != address)
		outl(PORT_ADDRESS, address);
	c->last = address;
}

static uint32_t
read_port(struct pci_config *c, uint32_t at, uint32_t reg)
{
	point(c, at, reg);
	return inl(PORT_DATA);
}

static void
write_port(struct pci_config *c, uint32_t at, uint32_t reg, unsigned bytes, uint32_t value)
{
	uint16_t port = (uint16_t)(PORT_DATA + (reg & 3));

	point(c, at, reg);
	if (bytes == 1)
		outb(port, (uint8_t)value);
	else if (bytes == 2)
		outw(port, (uint16_t)value);
	else
		outl(port, value);
}

static volatile uint8_t *
mapped(const struct pci_config *c, uint32_t at, uint32_t reg)
{
	return (volatile uint8_t *)(uintptr_t)(c->base + ((uint64_t)at << 12) + reg);
}

static uint32_t
read_memory(struct pci_config *c, uint32_t at, uint32_t reg)
{
	return *(volatile uint32_t *)mapped(c, at, reg);
}

static void
write_memory(struct pci_config *c, uint32_t at, uint32_t reg, unsigned bytes, uint32_t value)
{
	volatile uint8_t *to = mapped(c, at, reg);

	if (bytes == 4)
		*(volatile uint32_t *)to = value;
	else if (bytes == 2)
		*(volatile uint16_t *)to = (uint16_t)value;
	else
		*to = (uint8_t)value;
}

struct pci_config
pci_ports(void)
{
	return (struct pci_config){.read = read_port, .write = write_port};
}

struct pci_config
pci_memory(uint64_t base)
{
	return (struct pci_config){.read = read_memory, .write = write_memory, .base = base};
}
