/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures what PCI functions and bridges want of the address space (PCI Local Bus 3.0,
 * 6.2.5.1; PCI-to-PCI Bridge 1.2, 3.2.5.6 to 3.2.5.10).
 *
 * All-ones are written and what sticks is the size, so this is for a machine where nothing
 * decodes yet. A window's size is that of its needs packed by falling alignment. A hotplug
 * slot gets windows though nothing is in it, as large as QEMU's capability says.
 */
#include "x86/pc/pci.h"

#define BAR_IO      1
#define BAR_TYPE    0x6 /* 64-bit: 4 */
#define BAR_PREF    0x8
#define ROM_MASK    0xfffff800u
#define WINDOW_IO   0x1000ull
#define WINDOW_MEM  (2 * MIB) /* the bridge wants 1 MiB; a large page is kinder to guests */
#define WINDOW_WIDE 1

/* QEMU's capability: bytes to reserve, all ones where it does not say. */
enum { RESERVE_IO = 8, RESERVE_MEM = 16, RESERVE_PREF_32 = 20, RESERVE_PREF_64 = 24 };

void
pci_insert(struct pci *p, uint16_t *first, uint16_t n)
{
	while (*first != PCI_NONE && p->need[*first].align >= p->need[n].align)
		first = &p->need[*first].next;
	p->need[n].next = *first;
	*first = n;
}

enum refusal_code
pci_add_need(struct pci *p, struct pci_list *bus, const struct pci_need *need,
        struct refusal *ret_why)
{
	uint16_t n = (uint16_t)p->nr_needs;

	if (n == PCI_NEEDS) {
		refuse(ret_why, REFUSAL_PCI_MANY, 0, PCI_NEEDS + 1ull, PCI_NEEDS);
		ret_why->subject = "PCI";
		ret_why->detail = "BARs and windows";
		return ret_why->code;
	}
	p->nr_needs++;
	p->need[n] = *need;
	pci_insert(p, &bus->first[need->kind], n);
	return REFUSAL_NONE;
}

/* Write ones, read what stuck. */
static uint32_t
try_ones(struct pci *p, uint32_t at, uint32_t reg, uint32_t ones)
{
	struct pci_config *c = &p->config;

	c->write(c, at, reg, 4, ones);
	return c->read(c, at, reg);
}

/* What the BAR at `reg` wants, into a need that is otherwise empty; false if it is none. */
static bool
measure_bar(struct pci *p, uint32_t at, uint32_t reg, struct pci_need *ret_need)
{
	uint32_t v = try_ones(p, at, reg, ~0u);
	uint64_t mask = UINT64_MAX << 32 | v;

	if (!v) /* as most are */
		return false;
	ret_need->reg = (uint8_t)reg;
	if (v & BAR_IO) {
		ret_need->kind = PCI_IO;
		ret_need->size = -(mask & ~3ull) & 0xffff;
	} else {
		if ((v & BAR_TYPE) == 4) {
			ret_need->wide = true;
			mask = (uint64_t)try_ones(p, at, reg + 4u, ~0u) << 32 | v;
		}
		ret_need->kind = v & BAR_PREF ? PCI_PREF : PCI_MEM;
		ret_need->size = -(mask & ~15ull);
	}
	return is_power_of_two(ret_need->size);
}

/* No two functions' memory in one page, so that a guest can pass each on. */
static void
own_page(struct pci_need *need)
{
	if (need->kind != PCI_IO && need->size < PAGE)
		need->size = PAGE;
	need->align = need->size;
}

enum refusal_code
pci_measure(struct pci *p, uint16_t index, struct refusal *ret_why)
{
	const struct pci_function *f = &p->function[index];
	uint32_t rom = f->bridge ? PCI_BRIDGE_ROM : PCI_ROM, at = f->at;
	uint32_t end = f->bridge ? PCI_BUSES : PCI_BUSES + 16;
	enum refusal_code code = REFUSAL_NONE;
	struct pci_need need = {.owner = index};

	for (uint32_t reg = PCI_BAR0; !code && reg < end; reg += need.wide ? 8 : 4) {
		need.wide = false;
		if (!measure_bar(p, at, reg, &need))
			continue;
		own_page(&need);
		code = pci_add_need(p, pci_bus_of(p, f), &need, ret_why);
	}
	need = (struct pci_need){.owner = index, .reg = (uint8_t)rom, .kind = PCI_MEM};
	need.size = -(try_ones(p, at, rom, ROM_MASK) & ROM_MASK);
	if (code || !is_power_of_two(need.size))
		return code;
	own_page(&need);
	return pci_add_need(p, pci_bus_of(p, f), &need, ret_why);
}

/* Bytes of a list of needs, packed from an address on that is aligned for the first. */
static uint64_t
packed(const struct pci *p, uint16_t first)
{
	uint64_t end = 0;

	for (uint16_t n = first; n != PCI_NONE; n = p->need[n].next) {
		if (!align_up(end, p->need[n].align, &end) || !range_fits(end, p->need[n].size))
			return UINT64_MAX;
		end += p->need[n].size;
	}
	return end;
}

/* What QEMU's capability asks for; 0 if it does not. */
static uint64_t
reserved(struct pci *p, const struct pci_function *f, uint32_t field, bool wide)
{
	struct pci_config *c = &p->config;
	uint64_t v, none = wide ? UINT64_MAX : UINT32_MAX;

	if (!f->reserve)
		return 0;
	v = c->read(c, f->at, f->reserve + field);
	if (wide)
		v |= (uint64_t)c->read(c, f->at, f->reserve + field + 4) << 32;
	return v == none ? 0 : v;
}

/* The window `need` of bridge `index`, at least `least` bytes and as large as its list. */
static enum refusal_code
add_window(struct pci *p, uint16_t index, struct pci_need need, uint64_t least,
        struct refusal *ret_why)
{
	struct pci_function *f = &p->function[index];
	uint64_t unit = need.kind == PCI_IO ? WINDOW_IO : WINDOW_MEM;
	uint16_t first = f->needs.first[need.kind];
	uint64_t size = packed(p, first);

	if (size < least)
		size = least;
	if (!align_up(size, unit, &need.size))
		need.size = align_down(UINT64_MAX, unit);
	need.align =
	        first == PCI_NONE || p->need[first].align < unit ? unit : p->need[first].align;
	if (!need.size)
		return REFUSAL_NONE;
	need.owner = index;
	f->window[need.kind] = (uint16_t)p->nr_needs;
	return pci_add_need(p, pci_bus_of(p, f), &need, ret_why);
}

static enum refusal_code
add_io_window(struct pci *p, uint16_t index, struct refusal *ret_why)
{
	struct pci_function *f = &p->function[index];
	uint64_t least = reserved(p, f, RESERVE_IO, true);

	if (!least && f->hotplug && !f->express_port)
		least = WINDOW_IO;
	if (!least && f->needs.first[PCI_IO] == PCI_NONE)
		return REFUSAL_NONE;
	p->config.write(&p->config, f->at, PCI_IO_WINDOW, 2, 0xf0f0);
	if (!(p->config.read(&p->config, f->at, PCI_IO_WINDOW) & 0xf0f0))
		return REFUSAL_NONE;
	return add_window(p, index, (struct pci_need){.reg = PCI_IO_WINDOW, .kind = PCI_IO},
	        least, ret_why);
}

static bool
all_wide(const struct pci *p, uint16_t first)
{
	for (uint16_t n = first; n != PCI_NONE; n = p->need[n].next) {
		if (!p->need[n].wide)
			return false;
	}
	return true;
}

/* Without a prefetchable window its needs go into the other one. */
static void
merge_pref(struct pci *p, struct pci_list *list)
{
	uint16_t next;

	for (uint16_t n = list->first[PCI_PREF]; n != PCI_NONE; n = next) {
		next = p->need[n].next;
		pci_insert(p, &list->first[PCI_MEM], n);
	}
	list->first[PCI_PREF] = PCI_NONE;
}

static enum refusal_code
add_pref_window(struct pci *p, uint16_t index, struct refusal *ret_why)
{
	struct pci_function *f = &p->function[index];
	struct pci_need need = {.reg = PCI_PREF_WINDOW, .kind = PCI_PREF};
	uint64_t narrow = reserved(p, f, RESERVE_PREF_32, false);
	uint64_t least = narrow ? narrow : reserved(p, f, RESERVE_PREF_64, true);
	uint32_t v;

	if (!least && f->hotplug)
		least = WINDOW_MEM;
	if (!least && f->needs.first[PCI_PREF] == PCI_NONE)
		return REFUSAL_NONE;
	v = try_ones(p, f->at, PCI_PREF_WINDOW, 0xfff0fff0);
	if (!v) {
		merge_pref(p, &f->needs);
		return REFUSAL_NONE;
	}
	need.wide =
	        (v & 0xf) == WINDOW_WIDE && !narrow && all_wide(p, f->needs.first[PCI_PREF]);
	return add_window(p, index, need, least, ret_why);
}

enum refusal_code
pci_measure_windows(struct pci *p, uint16_t index, struct refusal *ret_why)
{
	struct pci_function *f = &p->function[index];
	uint64_t least = reserved(p, f, RESERVE_MEM, false);
	enum refusal_code code = add_io_window(p, index, ret_why);

	if (!code)
		code = add_pref_window(p, index, ret_why);
	if (!least && f->hotplug)
		least = WINDOW_MEM;
	if (!code)
		code = add_window(p, index,
		        (struct pci_need){.reg = PCI_MEM_WINDOW, .kind = PCI_MEM}, least,
		        ret_why);
	return code;
}
