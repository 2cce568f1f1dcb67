/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies the machine's device tree with changes, for a direct boot or for a guest.
 *
 * Devicetree Specification 0.4 chapter 3, Linux Documentation/devicetree/bindings/{riscv/cpus,
 * interrupt-controller/sifive,plic-1.0.0}.yaml, chosen.yaml (dt-schema). Nothing here decides
 * what a guest gets: that is in the machine's device list and the guest's map.
 */
#include "fdt_boot.h"
#include "isa.h"
#include "stub/base/text.h"

#define S_EXT        9 /* supervisor external interrupt, at a hart's interrupt controller */
#define NO_INTERRUPT 0xffffffffu

struct copy {
	const struct fdt_boot *boot;
	const struct fdt *from;
	struct fdt_writer w;
};

static bool
is_one_of(const char *name, const char *const *list, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (fdt_streq(name, list[i]))
			return true;
	}
	return false;
}

static void
copy_props(struct copy *c, uint32_t node)
{
	uint32_t cursor = 0;
	struct fdt_prop p;

	while (fdt_next_prop(c->from, node, &cursor, &p))
		fdt_write_prop(&c->w, p.name, p.value.base, p.value.size);
}

/* The node with all that is in it. */
static void
copy_node(struct copy *c, uint32_t node)
{
	uint32_t child = fdt_first_child(c->from, node);

	fdt_write_node(&c->w, fdt_name(c->from, node));
	copy_props(c, node);
	for (; child != FDT_NONE; child = fdt_next_sibling(c->from, child))
		copy_node(c, child);
	fdt_write_end_node(&c->w);
}

/* ---- /chosen */

/* /chosen, from the machine's if there is one (node FDT_NONE: there is none). */
static void
write_chosen(struct copy *c, uint32_t node)
{
	static const char *const ours[] = {
	        "bootargs", "linux,initrd-start", "linux,initrd-end"};
	struct range initrd = c->boot->initrd;
	uint32_t cursor = 0;
	struct fdt_prop p;

	fdt_write_node(&c->w, "chosen");
	while (node != FDT_NONE && fdt_next_prop(c->from, node, &cursor, &p)) {
		if (!is_one_of(p.name, ours, sizeof(ours) / sizeof(ours[0])))
			fdt_write_prop(&c->w, p.name, p.value.base, p.value.size);
	}
	if (c->boot->bootargs.size)
		fdt_write_text(&c->w, "bootargs", c->boot->bootargs);
	if (initrd.len) {
		fdt_write_u64(&c->w, "linux,initrd-start", initrd.addr);
		fdt_write_u64(&c->w, "linux,initrd-end", range_end(initrd));
	}
	fdt_write_end_node(&c->w);
}

bool
fdt_boot_next_seed(const struct fdt *tree, uint32_t *cursor, struct span *ret_seed)
{
	static const char *const seeds[] = {"rng-seed", "kaslr-seed"};
	uint32_t node = fdt_child(tree, 0, "chosen");
	struct fdt_prop p;

	while (node != FDT_NONE && fdt_next_prop(tree, node, cursor, &p)) {
		if (!is_one_of(p.name, seeds, sizeof(seeds) / sizeof(seeds[0])))
			continue;
		*ret_seed = p.value;
		return true;
	}
	return false;
}

/* ---- memory */

/* A node NAME@ADDRESS with this reg. */
static void
begin_memory(struct copy *c, const char *name, struct range r, uint32_t addr_cells,
        uint32_t size_cells)
{
	char full[48], digits[24];
	struct text t = text_init(full, sizeof(full));
	struct text hex = text_init(digits, sizeof(digits));
	const uint64_t one[] = {r.addr, r.len};
	uint64_t reg[4];
	uint32_t n = 0;

	text_hex(&hex, r.addr);
	text_str(&t, name);
	text_char(&t, '@');
	text_str(&t, digits + 2); /* without 0x */
	fdt_write_node(&c->w, full);
	for (unsigned i = 0; i < 2; i++) {
		if ((i ? size_cells : addr_cells) == 2)
			reg[n++] = one[i] >> 32;
		reg[n++] = (uint32_t)one[i];
	}
	fdt_write_numbers(&c->w, "reg", 1, reg, n);
}

static void
write_guest_memory(struct copy *c)
{
	uint32_t addr_cells = fdt_cell(c->from, 0, "#address-cells", 2);
	uint32_t size_cells = fdt_cell(c->from, 0, "#size-cells", 1);

	for (uint32_t i = 0; i < c->boot->guest->count; i++) {
		begin_memory(
		        c, "memory", c->boot->guest->entry[i].range, addr_cells, size_cells);
		fdt_write_string(&c->w, "device_type", "memory");
		fdt_write_end_node(&c->w);
	}
}

/* /reserved-memory with kshim's own entry. */
static void
write_reserved(struct copy *c, uint32_t node)
{
	uint32_t addr_cells = 2, size_cells = 2, child = FDT_NONE;

	fdt_write_node(&c->w, "reserved-memory");
	if (node == FDT_NONE) {
		fdt_write_u32(&c->w, "#address-cells", addr_cells);
		fdt_write_u32(&c->w, "#size-cells", size_cells);
		fdt_write_prop(&c->w, "ranges", NULL, 0);
	} else {
		copy_props(c, node);
		addr_cells = fdt_cell(c->from, node, "#address-cells", 2);
		size_cells = fdt_cell(c->from, node, "#size-cells", 1);
		child = fdt_first_child(c->from, node);
	}
	begin_memory(c, "kshim", c->boot->keep, addr_cells, size_cells);
	fdt_write_end_node(&c->w);
	for (; child != FDT_NONE; child = fdt_next_sibling(c->from, child))
		copy_node(c, child);
	fdt_write_end_node(&c->w);
}

/* ---- the guest's harts */

bool
fdt_boot_has_hart(const struct riscv_hart *hart)
{
	return hart->h && hart->mmu_levels;
}

bool
fdt_boot_has_sstc(const struct riscv_machine *m)
{
	for (uint32_t i = 0; i < m->harts; i++) {
		if (fdt_boot_has_hart(&m->hart[i]) && !m->hart[i].sstc)
			return false;
	}
	return true;
}

static bool
guest_has_cpu(const struct copy *c, uint32_t node)
{
	const struct riscv_machine *m = c->boot->machine;

	for (uint32_t i = 0; i < m->harts; i++) {
		if (m->hart[i].node == node)
			return fdt_boot_has_hart(&m->hart[i]);
	}
	return false;
}

static bool
guest_has_all_cpus(const struct copy *c)
{
	const struct riscv_machine *m = c->boot->machine;

	for (uint32_t i = 0; i < m->harts; i++) {
		if (!fdt_boot_has_hart(&m->hart[i]))
			return false;
	}
	return true;
}

static void
write_cpu(struct copy *c, uint32_t node)
{
	uint32_t cursor = 0, child = fdt_first_child(c->from, node);
	char isa[ISA_MAX + 1];
	struct fdt_prop p;
	struct span first;

	fdt_write_node(&c->w, fdt_name(c->from, node));
	while (fdt_next_prop(c->from, node, &cursor, &p)) {
		/* Of two with one name only the first was judged: it has a bounded length. */
		if (!fdt_prop(c->from, node, p.name, &first) || first.base != p.value.base)
			continue;
		if (fdt_streq(p.name, "riscv,isa"))
			fdt_write_prop(&c->w, p.name, isa,
			        isa_for_guest(p.value, c->boot->sstc, isa) + 1);
		else if (fdt_streq(p.name, "riscv,isa-extensions"))
			fdt_write_prop(&c->w, p.name, isa,
			        isa_list_for_guest(p.value, c->boot->sstc, isa));
		else
			fdt_write_prop(&c->w, p.name, p.value.base, p.value.size);
	}
	for (; child != FDT_NONE; child = fdt_next_sibling(c->from, child))
		copy_node(c, child);
	fdt_write_end_node(&c->w);
}

static void
write_cpus(struct copy *c, uint32_t node)
{
	uint32_t child = fdt_first_child(c->from, node);

	fdt_write_node(&c->w, fdt_name(c->from, node));
	copy_props(c, node);
	for (; child != FDT_NONE; child = fdt_next_sibling(c->from, child)) {
		if (guest_has_cpu(c, child))
			write_cpu(c, child);
		else if (fdt_streq(fdt_name(c->from, child), "cpu-map") &&
		         guest_has_all_cpus(c))
			copy_node(c, child);
	}
	fdt_write_end_node(&c->w);
}

/* ---- the guest's devices */

/* The first of the guest's devices that is `node` or lies in it, or NULL. */
static const struct riscv_device *
guest_device_in(const struct copy *c, uint32_t node)
{
	const struct riscv_machine *m = c->boot->machine;
	uint32_t end = fdt_node_end(c->from, node);

	for (uint32_t i = 0; i < m->devices; i++) {
		const struct riscv_device *d = &m->device[i];

		if (!d->absent && d->kind != DEVICE_FW_CFG && d->node >= node && d->node < end)
			return d;
	}
	return NULL;
}

/* Pairs of a hart's interrupt controller and its interrupt; only S-mode's stay. */
static void
write_contexts(struct copy *c, const char *name, struct span v)
{
	uint32_t pairs = (uint32_t)(v.size / 8);
	uint64_t cell[4 * RISCV_HARTS];

	if (pairs > sizeof(cell) / sizeof(cell[0]) / 2)
		pairs = sizeof(cell) / sizeof(cell[0]) / 2;
	for (uint32_t i = 0; i < pairs; i++) {
		uint32_t interrupt = span_be32(v, i * 8ull + 4);

		cell[2 * i] = span_be32(v, i * 8ull);
		cell[2 * i + 1] = interrupt == S_EXT ? S_EXT : NO_INTERRUPT;
	}
	fdt_write_numbers(&c->w, name, 1, cell, 2 * pairs);
}

static void
write_plic(struct copy *c, uint32_t node)
{
	uint32_t cursor = 0;
	struct fdt_prop p;

	fdt_write_node(&c->w, fdt_name(c->from, node));
	while (fdt_next_prop(c->from, node, &cursor, &p)) {
		if (fdt_streq(p.name, "interrupts-extended"))
			write_contexts(c, p.name, p.value);
		else
			fdt_write_prop(&c->w, p.name, p.value.base, p.value.size);
	}
	fdt_write_end_node(&c->w);
}

/* A device of the guest, or a bus with its devices only. */
static void
write_devices(struct copy *c, uint32_t node)
{
	const struct riscv_device *d = guest_device_in(c, node);
	uint32_t child = fdt_first_child(c->from, node);

	if (!d)
		return;
	if (d->node == node && d->kind == DEVICE_PLIC) {
		write_plic(c, node);
		return;
	}
	if (d->node == node) {
		copy_node(c, node);
		return;
	}
	fdt_write_node(&c->w, fdt_name(c->from, node));
	copy_props(c, node);
	for (; child != FDT_NONE; child = fdt_next_sibling(c->from, child))
		write_devices(c, child);
	fdt_write_end_node(&c->w);
}

/* ---- the two trees */

static void
write_guest_child(struct copy *c, uint32_t node)
{
	const char *name = fdt_name(c->from, node);

	if (fdt_streq(name, "cpus"))
		write_cpus(c, node);
	else if (fdt_streq(name, "aliases"))
		copy_node(c, node);
	else if (!fdt_streq(name, "chosen"))
		write_devices(c, node);
}

static void
write_direct_child(struct copy *c, uint32_t node)
{
	const char *name = fdt_name(c->from, node);

	if (!fdt_streq(name, "chosen") && !fdt_streq(name, "reserved-memory"))
		copy_node(c, node);
}

enum refusal_code
fdt_boot_write(const struct fdt_boot *boot, uint8_t *out, uint64_t size, uint64_t *ret_len,
        struct refusal *ret_why)
{
	struct copy c = {.boot = boot, .from = boot->from};
	uint32_t child = fdt_first_child(c.from, 0);

	fdt_write_start(&c.w, out, size, boot->guest ? NULL : c.from);
	fdt_write_node(&c.w, "");
	copy_props(&c, 0);
	write_chosen(&c, fdt_child(c.from, 0, "chosen"));
	if (boot->guest)
		write_guest_memory(&c);
	else
		write_reserved(&c, fdt_child(c.from, 0, "reserved-memory"));
	for (; child != FDT_NONE; child = fdt_next_sibling(c.from, child)) {
		if (boot->guest)
			write_guest_child(&c, child);
		else
			write_direct_child(&c, child);
	}
	fdt_write_end_node(&c.w);
	return fdt_write_finish(&c.w, (uint32_t)boot->boot_hart, ret_len, ret_why);
}
