/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI: every function found, bridges given bus numbers and windows, BARs given addresses
 * (PCI Local Bus 3.0, chapter 6; PCI-to-PCI Bridge 1.2, chapter 3).
 *
 * Configuration space is reached through struct pci_config alone: ports, memory, or a test's.
 * pci_scan() finds functions depth first and measures what they need, pci_assign() gives
 * addresses, pci_route() interrupt lines. All wants the state after a reset: nothing decodes.
 */
#ifndef KSHIM_X86_PCI_H
#define KSHIM_X86_PCI_H

#include "stub/base/refusal.h"

#define PCI_FUNCTIONS 256
#define PCI_NEEDS     1024
#define PCI_NONE      0xffffu /* no function, no need */
#define PCI_AREAS     4

/* Where a function is: bus << 8 | slot << 3 | function. */
#define PCI_AT(bus, slot, function) ((uint32_t)((bus) << 8 | (slot) << 3 | (function)))

/* Type 0 and type 1 header, offsets. */
enum {
	PCI_ID = 0x00,
	PCI_COMMAND = 0x04,
	PCI_CLASS = 0x08,
	PCI_HEADER = 0x0c,
	PCI_BAR0 = 0x10,
	PCI_BUSES = 0x18,
	PCI_IO_WINDOW = 0x1c,
	PCI_MEM_WINDOW = 0x20,
	PCI_PREF_WINDOW = 0x24,
	PCI_PREF_HIGH = 0x28,
	PCI_ROM = 0x30,
	PCI_CAPS = 0x34,
	PCI_BRIDGE_ROM = 0x38,
	PCI_INTERRUPT = 0x3c,
	PCI_BRIDGE_CONTROL = 0x3e
};

struct pci_config {
	/* Aligned dword at `reg`. */
	uint32_t (*read)(struct pci_config *c, uint32_t at, uint32_t reg);
	/* 1, 2 or 4 bytes at `reg`, which is a multiple of them. */
	void (*write)(struct pci_config *c, uint32_t at, uint32_t reg, unsigned bytes,
	        uint32_t value);
	uint64_t base; /* of memory-mapped configuration space */
	uint32_t last; /* what is in the address port */
};

/* The dword at PCI_HEADER: the header's type, and whether the slot has more functions. */
#define PCI_TYPE(header) ((header) >> 16 & 0x7fu)
#define PCI_TYPE_BRIDGE  1u
#define PCI_MULTI        0x800000u

/*
 * Capabilities: the register of the first one, 0 if there is none, and from a capability's
 * first dword that of the next. A walk ends after PCI_CAPS_MOST, which is what there is room
 * for.
 */
#define PCI_CAPS_MOST 48
#define PCI_CAPS_END  256u /* a capability that does not end here is none */

static inline uint32_t
pci_first_cap(struct pci_config *c, uint32_t at)
{
	const uint32_t has_caps = 1u << 20; /* in the status register */

	return c->read(c, at, PCI_COMMAND) & has_caps ? c->read(c, at, PCI_CAPS) & 0xfc : 0;
}

static inline uint32_t
pci_next_cap(uint32_t head)
{
	return head >> 8 & 0xfc;
}

enum pci_kind {
	PCI_IO,
	PCI_MEM,  /* below 4 GiB */
	PCI_PREF, /* prefetchable, 64-bit where `wide` */
	PCI_KINDS
};

/* An address range that a BAR or a bridge's window wants. */
struct pci_need {
	uint64_t size, align, addr; /* bytes; addr 0: not assigned */
	uint16_t owner, next;       /* index of a function; of a need, the next smaller one */
	uint8_t reg;
	uint8_t kind; /* enum pci_kind of the register */
	bool wide;    /* 64-bit register, or a window whose needs are all wide */
};

/* Needs of one bus, largest alignment first. */
struct pci_list {
	uint16_t first[PCI_KINDS];
};

struct pci_function {
	uint32_t at;
	uint32_t id;      /* vendor, device << 16 */
	uint16_t parent;  /* index of the bridge it is behind, or PCI_NONE */
	uint16_t command; /* what to enable when addresses are assigned; 0: leave it */
	bool multi;       /* its slot has more functions */
	bool done;        /* the machine's own code has set it up */
	bool bridge;
	/* Bridges only. */
	bool express_port; /* a link begins here: only slot 0 behind it */
	bool hotplug;
	uint8_t secondary;
	uint8_t reserve;            /* offset of QEMU's capability that reserves, or 0 */
	struct pci_list needs;      /* of the bus behind it */
	uint16_t window[PCI_KINDS]; /* needs, or PCI_NONE */
};

/* What this machine's buses may have. */
struct pci_areas {
	struct range area[PCI_AREAS]; /* in the order of preference */
	uint32_t count;
};

struct pci {
	struct pci_config config;
	struct pci_areas io, mem, high;
	uint32_t extra_roots; /* of etc/extra-pci-roots; then all bus numbers are looked at */

	uint32_t nr_functions, nr_needs, last_bus;
	struct pci_list root;
	uint16_t high_first; /* needs that moved above 4 GiB */
	struct pci_function function[PCI_FUNCTIONS];
	struct pci_need need[PCI_NEEDS];
};

/*
 * A function was found, of which at, id and parent are known. What knows it sets it up, sets
 * `done` if that was all, and then `multi` if its slot has more functions.
 */
typedef enum refusal_code pci_found(struct pci *p, uint16_t index, struct refusal *ret_why);

/*
 * Find and measure everything. `config` and `extra_roots` are set, the rest need not be
 * cleared. Errors: REFUSAL_PCI_MANY, detail = of what, found and wanted = how many.
 */
enum refusal_code pci_scan(struct pci *p, pci_found *found, struct refusal *ret_why);

/*
 * Give addresses out of the areas and enable decoding. I/O ports that don't fit are left out,
 * memory moves above 4 GiB where it may.
 * Errors: REFUSAL_PCI_ROOM, subject = "PCI", where = the function, found = largest room left,
 * wanted = bytes.
 */
enum refusal_code pci_assign(struct pci *p, struct refusal *ret_why);

/* Interrupts' way from the slot on a root bus to one of four lines: pin (0 = INTA) to line. */
typedef unsigned pci_line(unsigned slot, unsigned pin);

/* Write the interrupt line register of every function that has a pin; `irq` of the four lines.
 */
void pci_route(struct pci *p, pci_line *line, const uint8_t irq[4]);

/* The VGA adapter that is to own the legacy addresses: bridges on the way to it pass them on.
 */
void pci_enable_vga(struct pci *p);

/* pci_config.c: through ports 0xcf8 and 0xcfc; memory-mapped at `base`. */
struct pci_config pci_ports(void);
struct pci_config pci_memory(uint64_t base);

/* pci_need.c, for pci_scan.c and pci_assign.c */

/* Put need `n` into a list that starts at *first, by alignment. */
void pci_insert(struct pci *p, uint16_t *first, uint16_t n);

/* A new need of a bus, which goes into its list. Errors: REFUSAL_PCI_MANY. */
enum refusal_code pci_add_need(struct pci *p, struct pci_list *bus, const struct pci_need *need,
        struct refusal *ret_why);

/* Measure the BARs of function `index`. Errors: REFUSAL_PCI_MANY. */
enum refusal_code pci_measure(struct pci *p, uint16_t index, struct refusal *ret_why);

/* The windows of a bridge behind which all is measured. Errors: REFUSAL_PCI_MANY. */
enum refusal_code pci_measure_windows(struct pci *p, uint16_t index, struct refusal *ret_why);

/* The lists of needs on the bus that a function is on. */
static inline struct pci_list *
pci_bus_of(struct pci *p, const struct pci_function *f)
{
	return f->parent == PCI_NONE ? &p->root : &p->function[f->parent].needs;
}

#endif
