/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a machine's device tree: a tree that is accepted can be walked, and both trees
 * that are made from it are trees again, as long as was counted, and mean what was asked.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "stub/riscv/fdt_boot.h"
#include "stub/riscv/isa.h"

#define INITRD 0x1234567000ull

/* Every node and property once, by the reader's functions. */
static uint32_t
walk(const struct fdt *f, uint32_t node)
{
	uint32_t cursor = 0, count = 1, end = fdt_node_end(f, node);
	struct fdt_prop p;

	REQUIRE(end > node && end <= f->structs.size);
	while (fdt_next_prop(f, node, &cursor, &p)) {
		struct span v;

		REQUIRE(p.value.base >= f->all.base);
		REQUIRE(bounds_ok(
		        f->all.size, (uint64_t)(p.value.base - f->all.base), p.value.size));
		REQUIRE(fdt_prop(
		        f, node, p.name, &v)); /* perhaps an earlier one of that name */
	}
	for (uint32_t c = fdt_first_child(f, node); c != FDT_NONE; c = fdt_next_sibling(f, c)) {
		REQUIRE(c > node && c < end);
		count += walk(f, c);
	}
	return count;
}

static void
check_machine(const struct riscv_machine *m)
{
	REQUIRE(m->harts > 0 && m->harts <= RISCV_HARTS && m->timebase);
	REQUIRE(m->devices <= RISCV_DEVICES);
	for (uint32_t i = 0; i < m->harts; i++)
		REQUIRE(m->hart[i].isa.size <= ISA_MAX);
	for (uint32_t i = 0; i < m->devices; i++)
		REQUIRE(m->device[i].reg.len);
}

/* The tree made from `boot` is one, and has what the kernel must find. */
static void
check_tree(struct fdt_boot *boot)
{
	static uint8_t out[1 << 20];
	uint64_t counted, len;
	struct refusal why;
	struct fdt made;
	struct riscv_machine m;

	if (fdt_boot_write(boot, NULL, 0, &counted, &why) || counted > sizeof(out))
		return;
	REQUIRE(fdt_boot_write(boot, out, counted, &len, &why) == REFUSAL_NONE);
	REQUIRE(len == counted);
	REQUIRE(fdt_boot_write(boot, out, counted - 1, &len, &why) == REFUSAL_FDT_ROOM);
	REQUIRE(fdt_boot_write(boot, out, counted, &len, &why) == REFUSAL_NONE);
	REQUIRE(fdt_open((struct span){out, len}, &made, &why) == REFUSAL_NONE);
	walk(&made, 0);
	if (riscv_machine_read(&made, &m, &why) != REFUSAL_NONE)
		return; /* a guest may be left without harts or memory */
	REQUIRE(m.initrd.addr == INITRD && m.initrd.len == PAGE);
	REQUIRE(m.bootargs.size == 4 && memcmp(m.bootargs.base, "line", 4) == 0);
	for (uint32_t i = 0; boot->guest && i < m.harts; i++)
		REQUIRE(!m.hart[i].h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct riscv_machine m;
	static struct memmap guest;
	struct range keep = {0x80200000, 2 * MIB};
	struct refusal why;
	struct fdt fdt;
	struct fdt_boot boot = {.from = &fdt,
	        .machine = &m,
	        .bootargs = {(const uint8_t *)"line", 4},
	        .initrd = {INITRD, PAGE},
	        .keep = keep};
	enum refusal_code code = fdt_open((struct span){data, size}, &fdt, &why);

	if (!code) {
		walk(&fdt, 0);
		code = riscv_machine_read(&fdt, &m, &why);
	}
	if (code) {
		REQUIRE(why.code == code);
		return 0;
	}
	check_machine(&m);
	check_tree(&boot);
	if (riscv_machine_guest_map(&m, keep, &guest, &why))
		return 0;
	REQUIRE(!memmap_is_ram(&guest, (struct range){keep.addr, PAGE}));
	boot.guest = &guest;
	check_tree(&boot);
	return 0;
}
