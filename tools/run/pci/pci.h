/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PCI bus: a host bridge and up to 31 functions, one in each slot of bus 0.
 *
 * Sources: PCI Local Bus 3.0, 3.2.2.3 (configuration by ports 0xcf8 and 0xcfc) and chapter 6;
 * PCI Express 4.0, 7.2.2 (configuration by memory, MMCONFIG). Addresses are assigned here, as
 * firmware does; the guest may move them. The lock covers the configuration; what lies behind a
 * BAR has its own.
 */
#ifndef RUN_PCI_PCI_H
#define RUN_PCI_PCI_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/launch/layout.h"

#define PCI_SLOTS  32
#define PCI_BARS   2
#define PCI_CONFIG 256 /* bytes of a function that are there */

#define PCI_COMMAND        0x04
#define PCI_COMMAND_MEMORY 0x0002
#define PCI_COMMAND_MASTER 0x0004
#define PCI_COMMAND_NO_IRQ 0x0400
#define PCI_STATUS         0x06
#define PCI_STATUS_IRQ     0x08
#define PCI_STATUS_CAPS    0x10
#define PCI_BAR0           0x10
#define PCI_CAPABILITIES   0x34
#define PCI_IRQ_LINE       0x3c
#define PCI_IRQ_PIN        0x3d

/* Input of the I/O APIC that pin A of a slot is wired to. */
#define PCI_GSI(slot) (16u + (slot) % 8u)

/* And of the PICs, by which a kernel finds it that uses neither ACPI nor the MP table. */
#define PCI_IRQ(slot) (10u + (slot) % 2u)

struct pci_function;

struct pci_ops {
	/* Accesses behind a BAR, of 1, 2, 4 or 8 bytes, without the bus's lock. */
	uint64_t (*bar_read)(struct pci_function *f, unsigned bar, uint32_t off, unsigned size);
	void (*bar_write)(struct pci_function *f, unsigned bar, uint32_t off, unsigned size,
	        uint64_t value);
	/* Before a read of the configuration, and after a write, under the bus's lock. */
	void (*before_read)(struct pci_function *f, uint32_t off, unsigned size);
	void (*written)(struct pci_function *f, uint32_t off, unsigned size);
};

struct pci_function {
	const struct pci_ops *ops;    /* NULL: nothing behind it */
	uint8_t config[PCI_CONFIG];   /* what is read */
	uint8_t writable[PCI_CONFIG]; /* bits that a write changes */
	uint32_t bar_size[PCI_BARS];  /* a power of two; 0: none */
	uint32_t slot;
};

struct pci {
	pthread_mutex_t lock;
	_Atomic uint32_t address; /* what port 0xcf8 holds */
	uint64_t ecam;            /* where the configuration lies in memory */
	uint64_t next_bar, bars_end;
	uint32_t slots; /* in use */
	struct pci_function *slot[PCI_SLOTS];
	struct pci_function bridge;
};

/* A bus with its host bridge. */
void pci_init(struct pci *pci, const struct layout *layout);

/* Give a function the next slot and addresses; false if there is no room. */
bool pci_add(struct pci *pci, struct pci_function *f);

/* Where a BAR lies; 0 if the function does not answer there. */
uint64_t pci_bar(const struct pci_function *f, unsigned bar);

/* Fill in a number of the configuration. */
void pci_put(struct pci_function *f, uint32_t off, uint32_t value, unsigned bytes);
uint32_t pci_get(const struct pci_function *f, uint32_t off, unsigned bytes);

/* Accesses by the guest; false if they are not for the bus. */
bool pci_in(struct pci *pci, uint16_t port, unsigned size, uint32_t *ret_value);
bool pci_out(struct pci *pci, uint16_t port, unsigned size, uint32_t value);
bool pci_read(struct pci *pci, uint64_t addr, unsigned size, uint64_t *ret_value);
bool pci_write(struct pci *pci, uint64_t addr, unsigned size, uint64_t value);

#endif
