/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives addresses to what pci_scan() measured, and switches decoding on (PCI Local Bus 3.0,
 * 6.2.5; PCI-to-PCI Bridge 1.2, 3.2.5).
 *
 * All memory goes below 4 GiB if it fits there. If not, what can be above goes above: 64-bit
 * BARs of root buses, and windows behind which all is 64-bit. Ports that do not fit are left
 * out, because most drivers do without; memory that does not fit is refused.
 */
#include "stub/base/bytes.h"
#include "x86/pc/pci.h"

#define COMMAND_IO       0x1
#define BRIDGE_VGA       0x8
#define CLASS_VGA        0x0300
#define WINDOW_OFF_IO    0x00f0     /* base above limit */
#define WINDOW_OFF_MEM   0x0000fff0 /* the same */
#define INTERRUPT_PIN(v) ((v) >> 8 & 0xff)

/* Put a need into the first area that has room; 0 if none has. */
static uint64_t
place(struct pci_areas *areas, const struct pci_need *need)
{
	for (uint32_t i = 0; i < areas->count; i++) {
		struct range *a = &areas->area[i];
		uint64_t start;

		if (!align_up(a->addr, need->align, &start) ||
		        !bounds_ok(a->len, start - a->addr, need->size))
			continue;
		a->len -= start - a->addr + need->size;
		a->addr = start + need->size;
		return start;
	}
	return 0;
}

/* Place a whole list into the areas; the first need that has no room, or PCI_NONE. */
static uint16_t
place_list(struct pci *p, struct pci_areas *areas, uint16_t first)
{
	for (uint16_t n = first; n != PCI_NONE; n = p->need[n].next) {
		p->need[n].addr = place(areas, &p->need[n]);
		if (!p->need[n].addr && p->need[n].kind != PCI_IO)
			return n;
	}
	return PCI_NONE;
}

/* Take what may lie above 4 GiB out of a list, into another one. */
static void
split_wide(struct pci *p, uint16_t *first, uint16_t *wide)
{
	while (*first != PCI_NONE) {
		uint16_t n = *first;

		if (p->need[n].wide) {
			*first = p->need[n].next;
			pci_insert(p, wide, n);
		} else {
			first = &p->need[n].next;
		}
	}
}

static enum refusal_code
no_room(const struct pci *p, const struct pci_areas *areas, uint16_t n, struct refusal *why)
{
	uint64_t largest = 0;

	for (uint32_t i = 0; i < areas->count; i++) {
		if (areas->area[i].len > largest)
			largest = areas->area[i].len;
	}
	refuse(why, REFUSAL_PCI_ROOM, p->function[p->need[n].owner].at, largest,
	        p->need[n].size);
	why->subject = "PCI";
	return why->code;
}

static enum refusal_code
place_roots(struct pci *p, struct refusal *ret_why)
{
	uint16_t all = PCI_NONE, wide = PCI_NONE, failed, next;
	struct pci_areas mem = p->mem;

	place_list(p, &p->io, p->root.first[PCI_IO]);
	for (unsigned kind = PCI_MEM; kind <= PCI_PREF; kind++) {
		for (uint16_t n = p->root.first[kind]; n != PCI_NONE; n = next) {
			next = p->need[n].next;
			pci_insert(p, &all, n);
		}
	}
	if (place_list(p, &mem, all) == PCI_NONE)
		return REFUSAL_NONE;
	split_wide(p, &all, &wide);
	failed = place_list(p, &p->mem, all);
	if (failed != PCI_NONE)
		return no_room(p, &p->mem, failed, ret_why);
	failed = place_list(p, &p->high, wide);
	return failed == PCI_NONE ? REFUSAL_NONE : no_room(p, &p->high, failed, ret_why);
}

/* What is behind a bridge goes into its windows, which were measured for it. */
static void
place_behind(struct pci *p, const struct pci_function *bridge)
{
	for (unsigned kind = 0; kind < PCI_KINDS; kind++) {
		uint16_t w = bridge->window[kind];
		struct pci_areas window = {.count = 0};

		if (w != PCI_NONE && p->need[w].addr)
			window = (struct pci_areas){
			        .area = {{p->need[w].addr, p->need[w].size}}, .count = 1};
		place_list(p, &window, bridge->needs.first[kind]);
	}
}

static void
write_window(struct pci *p, uint32_t at, const struct pci_need *w)
{
	struct pci_config *c = &p->config;
	uint64_t last = w->addr + w->size - 1;

	if (w->kind == PCI_IO) {
		c->write(c, at, PCI_IO_WINDOW, 2,
		        (uint32_t)((last & 0xf000) | (w->addr >> 8 & 0xf0)));
		return;
	}
	c->write(c, at, w->reg, 4,
	        ((uint32_t)last & 0xfff00000) | ((uint32_t)w->addr >> 16 & 0xfff0));
	if (w->kind == PCI_PREF && w->wide) {
		c->write(c, at, PCI_PREF_HIGH, 4, (uint32_t)(w->addr >> 32));
		c->write(c, at, PCI_PREF_HIGH + 4, 4, (uint32_t)(last >> 32));
	}
}

static void
write_need(struct pci *p, const struct pci_need *n)
{
	struct pci_config *c = &p->config;
	struct pci_function *f = &p->function[n->owner];

	if (n->kind == PCI_IO && !n->addr)
		f->command &= (uint16_t)~COMMAND_IO;
	c->write(c, f->at, n->reg, 4, (uint32_t)n->addr);
	if (n->wide)
		c->write(c, f->at, n->reg + 4u, 4, (uint32_t)(n->addr >> 32));
}

/* After a reset a bridge's windows are open at 0; those that are not used are closed. */
static void
write_windows(struct pci *p, const struct pci_function *f)
{
	static const uint8_t reg[] = {PCI_IO_WINDOW, PCI_MEM_WINDOW, PCI_PREF_WINDOW};

	for (unsigned kind = 0; kind < PCI_KINDS; kind++) {
		uint16_t w = f->window[kind];

		if (w != PCI_NONE && p->need[w].addr)
			write_window(p, f->at, &p->need[w]);
		else if (kind == PCI_IO)
			p->config.write(&p->config, f->at, reg[kind], 2, WINDOW_OFF_IO);
		else
			p->config.write(&p->config, f->at, reg[kind], 4, WINDOW_OFF_MEM);
	}
}

static bool
is_window(const struct pci *p, const struct pci_need *n)
{
	return p->function[n->owner].bridge && n->reg >= PCI_IO_WINDOW && n->reg < PCI_CAPS;
}

enum refusal_code
pci_assign(struct pci *p, struct refusal *ret_why)
{
	enum refusal_code code = place_roots(p, ret_why);

	if (code)
		return code;
	for (uint32_t i = 0; i < p->nr_functions; i++) {
		if (p->function[i].bridge) {
			place_behind(p, &p->function[i]);
			write_windows(p, &p->function[i]);
		}
	}
	for (uint32_t i = 0; i < p->nr_needs; i++) {
		if (!is_window(p, &p->need[i]))
			write_need(p, &p->need[i]);
	}
	for (uint32_t i = 0; i < p->nr_functions; i++) {
		if (p->function[i].command)
			p->config.write(&p->config, p->function[i].at, PCI_COMMAND, 2,
			        p->function[i].command);
	}
	return REFUSAL_NONE;
}

/* A bridge's slot adds to the pin that reaches the bus in front of it (Bridge 1.2, table 9-1)
 */
void
pci_route(struct pci *p, pci_line *line, const uint8_t irq[4])
{
	struct pci_config *c = &p->config;

	for (uint32_t i = 0; i < p->nr_functions; i++) {
		const struct pci_function *f = &p->function[i];
		unsigned pin;

		if (f->done)
			continue;
		pin = INTERRUPT_PIN(c->read(c, f->at, PCI_INTERRUPT));
		if (!pin--)
			continue;
		for (; f->parent != PCI_NONE; f = &p->function[f->parent])
			pin += f->at >> 3 & 31;
		c->write(c, p->function[i].at, PCI_INTERRUPT, 1,
		        irq[line(f->at >> 3 & 31, pin & 3) & 3]);
	}
}

void
pci_enable_vga(struct pci *p)
{
	struct pci_config *c = &p->config;

	for (uint32_t i = 0; i < p->nr_functions; i++) {
		const struct pci_function *f = &p->function[i];

		if (f->done || f->bridge || c->read(c, f->at, PCI_CLASS) >> 16 != CLASS_VGA)
			continue;
		while (f->parent != PCI_NONE) {
			f = &p->function[f->parent];
			c->write(c, f->at, PCI_BRIDGE_CONTROL, 2, BRIDGE_VGA);
		}
		return;
	}
}
