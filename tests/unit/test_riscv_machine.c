/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees of RISC-V machines that are larger, or odder, than one of QEMU: each is read as
 * far as it can be, or refused by its sentence.
 */
#include "unit.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "stub/riscv/isa.h"
#include "stub/riscv/riscv_machine.h"

#define ROOM (64 * 1024)

static uint8_t blob[ROOM];
static struct fdt fdt;
static struct riscv_machine m;
static struct refusal why;

static void
cells(const char *name, unsigned n, const uint32_t *value)
{
	uint32_t be[16];

	for (unsigned i = 0; i < n; i++)
		be[i] = cpu_to_fdt32(value[i]);
	assert_int_equal(fdt_property(blob, name, be, (int)(n * 4)), 0);
}

#define CELLS(name, ...)                                                                       \
	cells(name, sizeof((uint32_t[]){__VA_ARGS__}) / 4, (uint32_t[]){__VA_ARGS__})

static void
begin(const char *name)
{
	assert_int_equal(fdt_begin_node(blob, name), 0);
}

static void
end(void)
{
	assert_int_equal(fdt_end_node(blob), 0);
}

static void
str(const char *name, const char *value)
{
	assert_int_equal(fdt_property_string(blob, name, value), 0);
}

static void
memory(uint32_t high, uint32_t low, uint32_t len)
{
	char name[32];

	sprintf(name, "memory@%x%08x", high, low);
	begin(name);
	str("device_type", "memory");
	CELLS("reg", high, low, 0, len);
	end();
}

/* A tree up to its nodes; `reserved` entries of the reservation block, pages apart. */
static void
start(unsigned reserved)
{
	assert_int_equal(fdt_create(blob, ROOM), 0);
	for (unsigned i = 0; i < reserved; i++)
		fdt_add_reservemap_entry(blob, 0x80000000ull + i * 0x2000ull, 0x1000);
	assert_int_equal(fdt_finish_reservemap(blob), 0);
	begin("");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
}

static void
start_cpus(unsigned cell_count)
{
	begin("cpus");
	CELLS("#address-cells", cell_count);
	CELLS("#size-cells", 0);
	CELLS("timebase-frequency", 10000000);
}

static void
hart(unsigned id, const char *isa, const char *mmu)
{
	char name[16];

	sprintf(name, "cpu@%x", id);
	begin(name);
	str("device_type", "cpu");
	CELLS("reg", id);
	str("riscv,isa", isa);
	str("mmu-type", mmu);
	end();
}

static void
one_hart(void)
{
	start_cpus(1);
	hart(0, "rv64imafdch", "riscv,sv39");
	end();
}

static enum refusal_code
read_tree(void)
{
	struct span s = {blob, 0};

	end();
	assert_int_equal(fdt_finish(blob), 0);
	s.size = fdt_totalsize(blob);
	assert_int_equal(fdt_open(s, &fdt, &why), REFUSAL_NONE);
	memset(&m, 0xee, sizeof(m));
	return riscv_machine_read(&fdt, &m, &why);
}

static void
refuses(enum refusal_code code, const char *detail)
{
	assert_int_equal(read_tree(), code);
	assert_int_equal(why.code, code);
	if (detail)
		assert_string_equal(why.detail, detail);
	else
		assert_null(why.detail);
}

/* More pieces than a map holds, of memory and of what is reserved. */
static void
maps_are_full(void **state)
{
	(void)state;
	start(0);
	for (uint32_t i = 0; i <= MEMMAP_MAX; i++)
		memory(0, i * 0x200000, 0x1000);
	refuses(REFUSAL_MAP_FULL, NULL);
	assert_int_equal(why.found, MEMMAP_MAX + 1);
	start(MEMMAP_MAX);
	memory(0, 0x80000000, 0x40000000);
	refuses(REFUSAL_MAP_FULL, NULL);
	start(0);
	memory(0, 0x80000000, 0x40000000);
	begin("reserved-memory");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	for (uint32_t i = 0; i < MEMMAP_MAX; i++) {
		char name[16];

		sprintf(name, "r@%x", i);
		begin(name);
		CELLS("reg", 0, 0x80000000 + i * 0x2000, 0, 0x1000);
		end();
	}
	end();
	refuses(REFUSAL_MAP_FULL, NULL);
}

static void
harts_and_what_is_wrong_with_them(void **state)
{
	static char isa[ISA_MAX + 16];

	(void)state;
	start(0);
	memory(0, 0x80000000, 0x40000000);
	start_cpus(1);
	for (unsigned i = 0; i <= RISCV_HARTS; i++)
		hart(i, "rv64imafdc", "riscv,sv57");
	end();
	refuses(REFUSAL_FDT_STRUCTURE, "more harts than kshim takes");
	assert_int_equal(why.found, RISCV_HARTS + 1);
	start(0);
	memory(0, 0x80000000, 0x40000000);
	start_cpus(1);
	memset(isa, 'a', ISA_MAX); /* with its NUL one byte too long */
	hart(0, isa, "riscv,sv57");
	end();
	refuses(REFUSAL_FDT_STRUCTURE, "an ISA string that is too long");
	assert_int_equal(why.found, ISA_MAX + 1);
	for (unsigned cell_count = 0; cell_count < 4; cell_count++) {
		start(0);
		memory(0, 0x80000000, 0x40000000);
		start_cpus(cell_count);
		hart(0, "rv64imafdc", "riscv,sv57");
		end();
		if (cell_count == 1)
			assert_int_equal(read_tree(), REFUSAL_NONE);
		else
			refuses(REFUSAL_FDT_STRUCTURE, "a hart without a proper reg");
	}
}

static void
kinds_of_harts(void **state)
{
	static const struct {
		const char *isa, *mmu;
		unsigned levels;
		bool h;
	} rows[] = {{"rv64imafdch", "riscv,sv57", 5, true},
	        {"rv64imafdc", "riscv,sv48", 4, false}, {"rv64imafdc_h", "riscv,sv39", 3, true},
	        {"rv64imafdc", "riscv,none", 0, false}};

	(void)state;
	start(0);
	memory(0, 0x80000000, 0x40000000);
	start_cpus(1);
	for (unsigned i = 0; i < 4; i++)
		hart(i, rows[i].isa, rows[i].mmu);
	begin("cpu@4"); /* off */
	str("device_type", "cpu");
	str("status", "disabled");
	end();
	begin("cpu@5"); /* newer trees have a list instead */
	str("device_type", "cpu");
	CELLS("reg", 5);
	assert_int_equal(fdt_property(blob, "riscv,isa-extensions", "i\0h\0sstc", 9), 0);
	end();
	begin("cpu-map");
	end();
	end();
	assert_int_equal(read_tree(), REFUSAL_NONE);
	assert_int_equal(m.harts, 5);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(m.hart[i].mmu_levels, rows[i].levels);
		assert_int_equal(m.hart[i].h, rows[i].h);
		assert_int_equal(m.hart[i].intc, 0);
	}
	assert_int_equal(m.hart[4].id, 5);
	assert_true(m.hart[4].h && m.hart[4].sstc);
}

static void
chosen_addresses(void **state)
{
	(void)state;
	start(0);
	memory(0, 0x80000000, 0x40000000);
	begin("chosen");
	CELLS("linux,initrd-start", 0, 0x84000000, 0); /* neither one cell nor two */
	CELLS("linux,initrd-end", 0x84001000);
	end();
	one_hart();
	assert_int_equal(read_tree(), REFUSAL_NONE);
	assert_int_equal(m.initrd.len, 0);
	start(0);
	memory(0, 0x80000000, 0x40000000);
	begin("chosen");
	CELLS("linux,initrd-start", 0x84000000);
	CELLS("linux,initrd-end", 0, 0x84001000);
	end();
	one_hart();
	assert_int_equal(read_tree(), REFUSAL_NONE);
	assert_int_equal(m.initrd.addr, 0x84000000);
	assert_int_equal(m.initrd.len, 0x1000);
}

static void
device(unsigned i, const char *status, bool is_empty)
{
	char name[32];

	sprintf(name, "virtio@%x", i);
	begin(name);
	str("compatible", "virtio,mmio");
	if (status)
		str("status", status);
	CELLS("reg", 0, 0x10000000 + i * 0x1000, 0, is_empty ? 0 : 0x1000);
	end();
}

/* What exceeds the table is left out, like what is off, empty, or on a bus that translates. */
static void
devices_are_left_out(void **state)
{
	(void)state;
	start(0);
	memory(0, 0x80000000, 0x40000000);
	one_hart();
	device(0, "disabled", false);
	device(1, NULL, true);
	device(2, "okay", false);
	begin("soc"); /* no "ranges": what lies behind it cannot be reached */
	str("compatible", "simple-bus");
	device(3, NULL, false);
	end();
	assert_int_equal(read_tree(), REFUSAL_NONE);
	assert_int_equal(m.devices, 1);
	assert_int_equal(m.device[0].reg.addr, 0x10002000);
	assert_ptr_equal(riscv_machine_find(&m, DEVICE_VIRTIO), &m.device[0]);
	assert_null(riscv_machine_find(&m, DEVICE_PLIC));
	m.device[0].absent = true;
	assert_null(riscv_machine_find(&m, DEVICE_VIRTIO));
	start(0);
	memory(0, 0x80000000, 0x40000000);
	one_hart();
	for (unsigned i = 0; i <= RISCV_DEVICES; i++)
		device(i, NULL, false);
	assert_int_equal(read_tree(), REFUSAL_NONE);
	assert_int_equal(m.devices, RISCV_DEVICES);
}

/* A guest gets whole 2 MiB of RAM only; what is left of a piece is none. */
static void
guest_maps(void **state)
{
	struct memmap map;

	(void)state;
	start(0);
	memory(0, 0x80000000, 0x40000000);
	memory(0, 0xd0100000, 0x100000); /* no 2 MiB in it */
	memory(UINT32_MAX, 0xfff00000, 0xff000);
	one_hart();
	assert_int_equal(read_tree(), REFUSAL_NONE);
	assert_int_equal(
	        riscv_machine_guest_map(&m, (struct range){0x80300000, 0x1000}, &map, &why),
	        REFUSAL_NONE);
	assert_int_equal(map.count, 2);
	assert_int_equal(map.entry[0].range.len, 0x200000);
	assert_int_equal(map.entry[1].range.addr, 0x80400000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(maps_are_full),
	        cmocka_unit_test(harts_and_what_is_wrong_with_them),
	        cmocka_unit_test(kinds_of_harts),
	        cmocka_unit_test(chosen_addresses),
	        cmocka_unit_test(devices_are_left_out),
	        cmocka_unit_test(guest_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
