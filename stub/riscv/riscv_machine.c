/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads memory, reservations, /chosen, harts and devices out of a device tree.
 *
 * Devicetree Specification 0.4 chapter 3; Linux
 * Documentation/devicetree/bindings/riscv/cpus.yaml and extensions.yaml. Surprise: reserved
 * memory stands in two places (the blob's reservation block and /reserved-memory), and an
 * initrd's addresses in /chosen have one or two cells.
 */
#include "riscv_machine.h"
#include "isa.h"

#define GUEST_STEP (2 * MIB)

static enum refusal_code
missing(struct refusal *why, const char *what)
{
	refuse(why, REFUSAL_FDT_MISSING, 0, 0, 0);
	why->detail = what;
	return why->code;
}

static enum refusal_code
malformed(struct refusal *why, const char *what, uint32_t node, uint64_t found)
{
	refuse(why, REFUSAL_FDT_STRUCTURE, node, found, 0);
	why->detail = what;
	return why->code;
}

/* Add every "reg" entry of a node to the map. */
static enum refusal_code
add_regs(const struct fdt *fdt, uint32_t parent, uint32_t node, uint32_t type,
        struct memmap *map, struct refusal *why)
{
	struct range r;

	for (uint32_t i = 0; fdt_reg(fdt, parent, node, i, &r); i++) {
		enum refusal_code code = memmap_add(map, r.addr, r.len, type, why);

		if (code)
			return code;
	}
	return REFUSAL_NONE;
}

static enum refusal_code
add_memory(const struct fdt *fdt, struct memmap *map, struct refusal *why)
{
	enum refusal_code code = REFUSAL_NONE;
	uint32_t n = fdt_first_child(fdt, 0);

	for (; n != FDT_NONE && !code; n = fdt_next_sibling(fdt, n)) {
		if (fdt_lists(fdt, n, "device_type", "memory"))
			code = add_regs(fdt, 0, n, MEM_RAM, map, why);
	}
	if (!code && !memmap_ram_size(map))
		return missing(why, "memory");
	return code;
}

static enum refusal_code
add_reserved(const struct fdt *fdt, struct memmap *map, struct refusal *why)
{
	uint32_t parent = fdt_child(fdt, 0, "reserved-memory");
	uint32_t n = parent == FDT_NONE ? FDT_NONE : fdt_first_child(fdt, parent);
	enum refusal_code code = REFUSAL_NONE;

	for (; n != FDT_NONE && !code; n = fdt_next_sibling(fdt, n))
		code = add_regs(fdt, parent, n, MEM_RESERVED, map, why);
	for (uint64_t at = 0; at < fdt->reserved.size / 4 && !code; at += 4)
		code = memmap_add(map, span_cells(fdt->reserved, at, 2),
		        span_cells(fdt->reserved, at + 2, 2), MEM_RESERVED, why);
	return code;
}

static bool
chosen_address(const struct fdt *fdt, uint32_t chosen, const char *name, uint64_t *ret)
{
	struct span v;

	if (!fdt_prop(fdt, chosen, name, &v) || (v.size != 4 && v.size != 8))
		return false;
	*ret = span_cells(v, 0, (uint32_t)v.size / 4);
	return true;
}

static enum refusal_code
read_chosen(const struct fdt *fdt, struct riscv_machine *m, struct refusal *why)
{
	uint32_t chosen = fdt_child(fdt, 0, "chosen");
	uint64_t start, end;

	m->initrd = (struct range){0, 0};
	m->bootargs = (struct span){NULL, 0};
	if (chosen == FDT_NONE)
		return REFUSAL_NONE;
	fdt_prop(fdt, chosen, "bootargs", &m->bootargs);
	while (m->bootargs.size && !m->bootargs.base[m->bootargs.size - 1])
		m->bootargs.size--;
	if (!chosen_address(fdt, chosen, "linux,initrd-start", &start) ||
	        !chosen_address(fdt, chosen, "linux,initrd-end", &end))
		return REFUSAL_NONE;
	if (end < start)
		return malformed(why, "an initrd that ends before it starts", chosen, end);
	m->initrd = (struct range){start, end - start};
	return REFUSAL_NONE;
}

static unsigned
mmu_levels(const struct fdt *fdt, uint32_t cpu)
{
	if (fdt_lists(fdt, cpu, "mmu-type", "riscv,sv57"))
		return 5;
	if (fdt_lists(fdt, cpu, "mmu-type", "riscv,sv48"))
		return 4;
	return fdt_lists(fdt, cpu, "mmu-type", "riscv,sv39") ? 3 : 0;
}

bool
riscv_hart_has(const struct riscv_hart *hart, const char *extension)
{
	return isa_has(hart->isa, extension) || isa_list_has(hart->isa_list, extension);
}

static enum refusal_code
read_hart(const struct fdt *fdt, uint32_t cpus, uint32_t cpu, struct riscv_machine *m,
        struct refusal *why)
{
	struct riscv_hart *h = &m->hart[m->harts];
	uint32_t cells = fdt_cell(fdt, cpus, "#address-cells", 1), intc;
	struct span reg;

	if (m->harts == RISCV_HARTS)
		return malformed(why, "more harts than kshim takes", cpu, m->harts + 1);
	if (!fdt_prop(fdt, cpu, "reg", &reg) || reg.size != cells * 4ull || cells > 2)
		return malformed(why, "a hart without a proper reg", cpu, reg.size);
	fdt_prop(fdt, cpu, "riscv,isa", &h->isa);
	fdt_prop(fdt, cpu, "riscv,isa-extensions", &h->isa_list);
	if (h->isa.size > ISA_MAX || h->isa_list.size > ISA_MAX)
		return malformed(why, "an ISA string that is too long", cpu, h->isa.size);
	h->id = span_cells(reg, 0, cells);
	h->node = cpu;
	h->h = riscv_hart_has(h, "h");
	h->sstc = riscv_hart_has(h, "sstc");
	h->mmu_levels = mmu_levels(fdt, cpu);
	intc = fdt_child(fdt, cpu, "interrupt-controller");
	h->intc = intc == FDT_NONE ? 0 : fdt_cell(fdt, intc, "phandle", 0);
	m->harts++;
	return REFUSAL_NONE;
}

static enum refusal_code
read_harts(const struct fdt *fdt, struct riscv_machine *m, struct refusal *why)
{
	uint32_t cpus = fdt_child(fdt, 0, "cpus"), n;
	enum refusal_code code = REFUSAL_NONE;

	m->harts = 0;
	if (cpus == FDT_NONE)
		return missing(why, "harts (/cpus)");
	m->timebase = fdt_cell(fdt, cpus, "timebase-frequency", 0);
	for (n = fdt_first_child(fdt, cpus); n != FDT_NONE && !code;
	        n = fdt_next_sibling(fdt, n)) {
		if (fdt_lists(fdt, n, "device_type", "cpu") &&
		        !fdt_lists(fdt, n, "status", "disabled"))
			code = read_hart(fdt, cpus, n, m, why);
	}
	if (!code && !m->harts)
		return missing(why, "harts (/cpus)");
	if (!code && !m->timebase)
		return missing(why, "timer frequency (/cpus/timebase-frequency)");
	return code;
}

static bool
device_kind(const struct fdt *fdt, uint32_t node, enum device_kind *ret_kind)
{
	static const struct {
		const char *compatible;
		enum device_kind kind;
	} known[] = {
	        {"ns16550a", DEVICE_UART},
	        {"ns16550", DEVICE_UART},
	        {"virtio,mmio", DEVICE_VIRTIO},
	        {"sifive,plic-1.0.0", DEVICE_PLIC},
	        {"riscv,plic0", DEVICE_PLIC},
	        {"google,goldfish-rtc", DEVICE_RTC},
	        {"qemu,fw-cfg-mmio", DEVICE_FW_CFG},
	};

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (fdt_lists(fdt, node, "compatible", known[i].compatible)) {
			*ret_kind = known[i].kind;
			return true;
		}
	}
	return false;
}

/* Are addresses below this bus those of its parent ("ranges" is there and empty)? */
static bool
is_plain_bus(const struct fdt *fdt, uint32_t node)
{
	struct span ranges;

	return fdt_lists(fdt, node, "compatible", "simple-bus") &&
	       fdt_prop(fdt, node, "ranges", &ranges) && !ranges.size;
}

/* The devices directly below the root and below buses there. */
static void
read_devices(const struct fdt *fdt, uint32_t parent, bool buses, struct riscv_machine *m)
{
	uint32_t n = fdt_first_child(fdt, parent);

	for (; n != FDT_NONE; n = fdt_next_sibling(fdt, n)) {
		struct riscv_device *d = &m->device[m->devices];

		if (fdt_lists(fdt, n, "status", "disabled"))
			continue;
		if (buses && is_plain_bus(fdt, n))
			read_devices(fdt, n, false, m);
		else if (m->devices < RISCV_DEVICES && device_kind(fdt, n, &d->kind) &&
		         fdt_reg(fdt, parent, n, 0, &d->reg) && d->reg.len) {
			d->node = n;
			d->absent = false;
			m->devices++;
		}
	}
}

enum refusal_code
riscv_machine_read(
        const struct fdt *fdt, struct riscv_machine *ret_machine, struct refusal *ret_why)
{
	enum refusal_code code;

	ret_machine->map.count = 0;
	ret_machine->devices = 0;
	code = add_memory(fdt, &ret_machine->map, ret_why);
	if (!code)
		code = add_reserved(fdt, &ret_machine->map, ret_why);
	if (!code)
		code = read_chosen(fdt, ret_machine, ret_why);
	if (!code)
		code = read_harts(fdt, ret_machine, ret_why);
	if (!code)
		read_devices(fdt, 0, true, ret_machine);
	return code;
}

enum refusal_code
riscv_machine_guest_map(const struct riscv_machine *machine, struct range keep,
        struct memmap *ret_map, struct refusal *ret_why)
{
	struct memmap cut = machine->map;
	enum refusal_code code = memmap_add(&cut, keep.addr, keep.len, MEM_RESERVED, ret_why);

	ret_map->count = 0;
	for (uint32_t i = 0; i < cut.count && !code; i++) {
		const struct mem_range *e = &cut.entry[i];
		uint64_t start, end = align_down(range_end(e->range), GUEST_STEP);

		if (e->type == MEM_RAM && align_up(e->range.addr, GUEST_STEP, &start) &&
		        start < end)
			code = memmap_add(ret_map, start, end - start, MEM_RAM, ret_why);
	}
	return code;
}

const struct riscv_device *
riscv_machine_find(const struct riscv_machine *m, enum device_kind kind)
{
	for (uint32_t i = 0; i < m->devices; i++) {
		if (m->device[i].kind == kind && !m->device[i].absent)
			return &m->device[i];
	}
	return NULL;
}
