/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks the PCI buses depth first, numbers them, and lists functions (PCI-to-PCI Bridge 1.2,
 * 3.2.5.3; PCI Express Base 3.0, 7.8.2).
 *
 * A bridge passes on all higher bus numbers while what is behind it is walked, then those it
 * has. Functions are listed before what is behind them; windows are measured after it. QEMU's
 * own capability (docs/pcie_pci_bridge.txt) asks for bus numbers and windows in reserve.
 */
#include "x86/pc/pci.h"

#define BUS_SLOTS      256u /* one bus: 32 slots of 8 functions */
#define EMPTY          UINT32_MAX
#define CAP_SHPC       0x0c
#define CAP_VENDOR     0x09
#define CAP_EXPRESS    0x10
#define PORT_ROOT      4
#define PORT_DOWN      6
#define EXPRESS_SLOT   (1u << 24) /* of the dword at the capability */
#define VENDOR_QEMU    0x1b36
#define QEMU_RESERVE   1 /* kind of vendor capability */
#define RESERVE_LEN    32
#define RESERVE_BUSES  4
#define RESERVE_ABSENT 0xffffffff
#define COMMAND_ON     0x103 /* I/O, memory, SERR# */

/* Where the walk is: next function to look at, and where its bus ends. */
struct walk {
	uint32_t next, end;
	uint16_t parent;
	bool multi; /* the slot has more than function 0 */
};

static void
take_cap(struct pci *p, struct pci_function *f, uint32_t reg, uint32_t v)
{
	unsigned port = v >> 20 & 0xf;

	(void)p;
	switch (v & 0xff) {
	case CAP_EXPRESS:
		f->express_port = port == PORT_ROOT || port == PORT_DOWN;
		f->hotplug = f->express_port && v & EXPRESS_SLOT;
		break;
	case CAP_SHPC:
		f->hotplug = true;
		break;
	case CAP_VENDOR:
		if ((f->id & 0xffff) == VENDOR_QEMU && v >> 24 == QEMU_RESERVE &&
		        (v >> 16 & 0xff) >= RESERVE_LEN && reg <= PCI_CAPS_END - RESERVE_LEN)
			f->reserve = (uint8_t)reg;
		break;
	default:
		break;
	}
}

static void
read_caps(struct pci *p, struct pci_function *f)
{
	struct pci_config *c = &p->config;
	uint32_t reg = pci_first_cap(c, f->at);

	for (unsigned i = 0; reg && i < PCI_CAPS_MOST; i++) {
		uint32_t head = c->read(c, f->at, reg);

		take_cap(p, f, reg, head);
		reg = pci_next_cap(head);
	}
}

static enum refusal_code
too_many(struct refusal *why, const char *what, uint64_t max)
{
	refuse(why, REFUSAL_PCI_MANY, 0, max + 1, max);
	why->subject = "PCI";
	why->detail = what;
	return why->code;
}

static enum refusal_code
new_function(struct pci *p, const struct walk *w, uint32_t id, struct refusal *ret_why)
{
	if (p->nr_functions == PCI_FUNCTIONS)
		return too_many(ret_why, "functions", PCI_FUNCTIONS);
	p->function[p->nr_functions++] = (struct pci_function){.at = w->next,
	        .id = id,
	        .parent = w->parent,
	        .multi = w->multi,
	        .needs = {{PCI_NONE, PCI_NONE, PCI_NONE}},
	        .window = {PCI_NONE, PCI_NONE, PCI_NONE}};
	return REFUSAL_NONE;
}

/* Go on after function `f`: its slot's next function, or the next slot. */
static void
step_after(struct walk *w, const struct pci_function *f)
{
	w->multi = f->multi;
	w->next = f->multi ? f->at + 1 : (f->at | 7) + 1;
}

static void
set_bus(struct pci *p, struct walk *w, uint16_t parent, uint32_t bus)
{
	w->parent = parent;
	w->next = bus << 8;
	w->end = w->next +
	         (parent != PCI_NONE && p->function[parent].express_port ? 8 : BUS_SLOTS);
	w->multi = false;
}

static enum refusal_code
enter_bridge(struct pci *p, struct walk *w, uint16_t index, struct refusal *ret_why)
{
	struct pci_function *f = &p->function[index];

	if (p->last_bus == 0xff)
		return too_many(ret_why, "buses", 0x100);
	f->bridge = true;
	f->secondary = (uint8_t)++p->last_bus;
	p->config.write(&p->config, f->at, PCI_BUSES, 4,
	        0xffu << 16 | (uint32_t)f->secondary << 8 | f->at >> 8);
	read_caps(p, f);
	set_bus(p, w, index, f->secondary);
	return REFUSAL_NONE;
}

static void
reserve_buses(struct pci *p, const struct pci_function *f)
{
	uint32_t more;

	if (!f->reserve)
		return;
	more = p->config.read(&p->config, f->at, f->reserve + RESERVE_BUSES);
	if (more == RESERVE_ABSENT || more <= p->last_bus - f->secondary)
		return;
	p->last_bus = more < 0xffu - f->secondary ? f->secondary + more : 0xff;
}

static enum refusal_code
leave_bridge(struct pci *p, struct walk *w, struct refusal *ret_why)
{
	uint16_t index = w->parent;
	struct pci_function *f = &p->function[index];

	reserve_buses(p, f);
	p->config.write(&p->config, f->at, PCI_BUSES + 2, 1, p->last_bus);
	set_bus(p, w, f->parent, f->at >> 8);
	step_after(w, f);
	return pci_measure_windows(p, index, ret_why);
}

/* The function at w->next is there. */
static enum refusal_code
visit(struct pci *p, struct walk *w, uint32_t id, pci_found *found, struct refusal *ret_why)
{
	uint16_t index = (uint16_t)p->nr_functions;
	struct pci_function *f = &p->function[index];
	enum refusal_code code = new_function(p, w, id, ret_why);
	uint32_t header = 0;

	if (!code)
		code = found(p, index, ret_why);
	if (code)
		return code;
	if (!f->done) {
		header = p->config.read(&p->config, f->at, PCI_HEADER);
		f->multi = f->multi || header & PCI_MULTI;
		f->command = COMMAND_ON;
		f->bridge = PCI_TYPE(header) == PCI_TYPE_BRIDGE;
		code = PCI_TYPE(header) <= PCI_TYPE_BRIDGE ? pci_measure(p, index, ret_why)
		                                           : REFUSAL_NONE;
	}
	step_after(w, f);
	return !code && f->bridge ? enter_bridge(p, w, index, ret_why) : code;
}

/* Go on to the next function that is there; its ID, or 0 where the bus ends. */
static uint32_t
look_on(struct pci_config *c, struct walk *w)
{
	uint32_t end = w->end, step = w->multi ? 1 : 8;

	for (uint32_t at = w->next; at != end; at += step) {
		uint32_t id;

		if (!(at & 7)) /* the next slot */
			step = 8;
		id = c->read(c, at, PCI_ID);
		if (id == EMPTY) /* most are, and by this they need one comparison */
			continue;
		if ((id & 0xffff) == 0xffff || !id)
			continue;
		w->next = at;
		w->multi = step == 1;
		return id;
	}
	return 0;
}

static enum refusal_code
walk_root(struct pci *p, uint32_t bus, pci_found *found, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;
	struct walk w;
	uint32_t id;

	set_bus(p, &w, PCI_NONE, bus);
	while (!code) {
		id = look_on(&p->config, &w);
		if (id)
			code = visit(p, &w, id, found, ret_why);
		else if (w.parent != PCI_NONE)
			code = leave_bridge(p, &w, ret_why);
		else
			break;
	}
	return code;
}

enum refusal_code
pci_scan(struct pci *p, pci_found *found, struct refusal *ret_why)
{
	enum refusal_code code;

	p->nr_functions = p->nr_needs = p->last_bus = 0;
	p->root = (struct pci_list){{PCI_NONE, PCI_NONE, PCI_NONE}};
	code = walk_root(p, 0, found, ret_why);
	while (!code && p->extra_roots && p->last_bus < 0xff)
		code = walk_root(p, ++p->last_bus, found, ret_why);
	return code;
}
