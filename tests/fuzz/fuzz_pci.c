/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the functions on a PC's PCI buses, whose registers keep what they want of what
 * is written: what is found is a tree, and what gets an address lies in an area of the machine
 * or in its bridge's window, aligned, apart from its neighbours.
 */
#include "tests/fuzz/fuzz.h"

#include "x86/pc/pci.h"

#define FUNCTIONS 24
#define REGISTERS 64
#define SEEDED    24u /* registers of a function that the input sets */

static struct function {
	uint32_t at;
	uint32_t value[REGISTERS], mask[REGISTERS]; /* bits that can be written */
} function[FUNCTIONS];
static unsigned functions;
static bool everywhere; /* the last function answers in each slot where no other is */
static struct pci pci;

static struct function *
find(uint32_t at)
{
	for (unsigned i = 0; i < functions; i++) {
		if (function[i].at == at)
			return &function[i];
	}
	return everywhere && functions ? &function[functions - 1] : NULL;
}

static uint32_t
read_config(struct pci_config *c, uint32_t at, uint32_t reg)
{
	struct function *f = find(at);

	(void)c;
	REQUIRE(reg % 4 == 0 && reg / 4 < REGISTERS && at < 0x10000);
	return f ? f->value[reg / 4] : UINT32_MAX;
}

static void
write_config(struct pci_config *c, uint32_t at, uint32_t reg, unsigned bytes, uint32_t value)
{
	struct function *f = find(at);
	uint32_t shift = 8 * (reg & 3), all = bytes == 4 ? UINT32_MAX : (1u << 8 * bytes) - 1,
	         mask;

	(void)c;
	REQUIRE((bytes == 1 || bytes == 2 || bytes == 4) && reg % bytes == 0 && reg < 256);
	if (!f)
		return;
	mask = f->mask[reg / 4] & all << shift;
	f->value[reg / 4] = (f->value[reg / 4] & ~mask) | (value << shift & mask);
}

/* Two bytes where it is, one whether it is a bridge, then registers by number, value and mask.
 */
static void
make_function(struct feed *f)
{
	struct function *to = &function[functions++];
	uint64_t kind, count;

	memset(to, 0, sizeof(*to));
	to->at = (uint32_t)feed_number(f, 2) & 0x7ff; /* buses 0 to 7 */
	kind = feed_number(f, 1);
	to->value[PCI_ID / 4] = kind & 4 ? 0x00081b36 : 0x12345678;
	to->value[PCI_COMMAND / 4] = kind & 8 ? 1u << 20 : 0;
	to->value[PCI_HEADER / 4] = (kind & 1 ? 1u << 16 : 0) | (kind & 2 ? PCI_MULTI : 0);
	to->value[PCI_CAPS / 4] = 0x40;
	to->mask[PCI_BUSES / 4] = kind & 1 ? UINT32_MAX : 0;
	count = kind >> 4;
	for (uint64_t i = 0; i < count + 1; i++) {
		unsigned reg = (unsigned)feed_number(f, 1) % SEEDED;

		to->value[reg] =
		        (uint32_t)feed_number(f, 2) << 16 | (uint32_t)feed_number(f, 1);
		to->mask[reg] = UINT32_MAX << feed_number(f, 1) % 32;
	}
}

static enum refusal_code
found(struct pci *p, uint16_t index, struct refusal *ret_why)
{
	(void)ret_why;
	REQUIRE(index + 1u == p->nr_functions);
	REQUIRE(p->function[index].parent == PCI_NONE || p->function[index].parent < index);
	return REFUSAL_NONE;
}

/* A list is sorted by alignment, and no longer than all needs are. */
static void
check_list(uint16_t first)
{
	uint64_t align = UINT64_MAX;
	uint32_t steps = 0;

	for (uint16_t n = first; n != PCI_NONE; n = pci.need[n].next) {
		REQUIRE(n < pci.nr_needs && steps++ < pci.nr_needs);
		REQUIRE(pci.need[n].align <= align && is_power_of_two(pci.need[n].align));
		align = pci.need[n].align;
	}
}

static void
check_found(void)
{
	REQUIRE(pci.nr_functions <= PCI_FUNCTIONS && pci.nr_needs <= PCI_NEEDS);
	REQUIRE(pci.last_bus <= 0xff);
	for (uint32_t i = 0; i < pci.nr_functions; i++) {
		const struct pci_function *f = &pci.function[i];

		REQUIRE(!f->bridge || f->secondary > f->at >> 8);
		for (unsigned kind = 0; f->bridge && kind < PCI_KINDS; kind++)
			check_list(f->needs.first[kind]);
	}
	for (unsigned kind = 0; kind < PCI_KINDS; kind++)
		check_list(pci.root.first[kind]);
	for (uint32_t i = 0; i < pci.nr_needs; i++)
		REQUIRE(pci.need[i].size && pci.need[i].owner < pci.nr_functions);
}

static bool
lies_in_window(const struct pci_need *n)
{
	uint16_t parent = pci.function[n->owner].parent;
	struct range r = {n->addr, n->size};

	for (unsigned kind = 0; kind < PCI_KINDS; kind++) {
		uint16_t w = pci.function[parent].window[kind];

		if (w != PCI_NONE &&
		        range_contains((struct range){pci.need[w].addr, pci.need[w].size}, r))
			return true;
	}
	return false;
}

static bool
lies_in(const struct pci_areas *areas, const struct pci_need *n)
{
	for (uint32_t i = 0; i < areas->count; i++) {
		if (range_contains(areas->area[i], (struct range){n->addr, n->size}))
			return true;
	}
	return false;
}

/* `io`, `mem`, `high`: the areas as they were before anything was taken of them. */
static void
check_assigned(
        const struct pci_areas *io, const struct pci_areas *mem, const struct pci_areas *high)
{
	for (uint32_t i = 0; i < pci.nr_needs; i++) {
		const struct pci_need *n = &pci.need[i];
		uint16_t parent = pci.function[n->owner].parent;

		if (!n->addr)
			continue;
		REQUIRE(n->addr % n->align == 0);
		if (parent != PCI_NONE)
			REQUIRE(lies_in_window(n));
		else if (n->kind == PCI_IO)
			REQUIRE(lies_in(io, n));
		else
			REQUIRE(lies_in(mem, n) || (n->wide && lies_in(high, n)));
		for (uint32_t k = 0; k < i; k++) {
			const struct pci_need *o = &pci.need[k];

			if (o->addr && pci.function[o->owner].parent == parent &&
			        (o->kind == PCI_IO) == (n->kind == PCI_IO))
				REQUIRE(!range_overlaps((struct range){o->addr, o->size},
				        (struct range){n->addr, n->size}));
		}
	}
}

static unsigned
line(unsigned slot, unsigned pin)
{
	REQUIRE(slot < 32 && pin < 4);
	return slot + pin;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t irq[4] = {10, 10, 11, 11};
	struct pci_areas io = {{{0x1000, 0xa000}, {0xd000, 0x3000}}, 2},
	                 mem = {{{0xc0000000, 0x3ec00000}}, 1},
	                 high = {{{4 * GIB, 60 * GIB}}, 1};
	struct feed f = {data, size};
	uint64_t shape = feed_number(&f, 1);
	struct refusal why;

	functions = 0;
	everywhere = (shape & 0xf) == 0xf; /* seldom, because it takes long */
	while (f.size && functions < FUNCTIONS)
		make_function(&f);
	pci.config = (struct pci_config){.read = read_config, .write = write_config};
	pci.extra_roots = shape >> 1 & 3;
	pci.io = io, pci.mem = mem, pci.high = high;
	if (pci_scan(&pci, found, &why)) {
		REQUIRE(why.code == REFUSAL_PCI_MANY && why.detail);
		return 0;
	}
	check_found();
	if (pci_assign(&pci, &why)) {
		REQUIRE(why.code == REFUSAL_PCI_ROOM && why.found < why.wanted);
		return 0;
	}
	check_assigned(&io, &mem, &high);
	pci_route(&pci, line, irq);
	pci_enable_vga(&pci);
	return 0;
}
