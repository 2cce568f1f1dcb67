/* SPDX-License-Identifier: BSD-2-Clause */
/* The walk through the ACPI tables (ACPI 6.4, 5.2): what it collects, and the nonsense it
 * meets. */
#include "unit.h"

#include <string.h>

#include "stub/input/memmap.h"
#include "tests/unit/low_memory.h"
#include "x86/boot/acpi.h"

#define MAX 8

/* Offsets in low memory, each table on a page of its own; gaps of a page keep them apart. */
enum {
	RSDP = 0x1000,
	ROOT = 0x4000,
	FADT = 0x7000,
	MADT = 0x100000,
	DSDT = 0xd000,
	FACS = 0x10000
};

static uint8_t *mem;
static struct memmap map;
static struct named_range fixed[MAX];

static void
put(uint64_t at, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes; i++)
		mem[at + i] = (uint8_t)(value >> (8 * i));
}

static void
table(uint64_t at, const char *signature, uint32_t len)
{
	memcpy(mem + at, signature, 4);
	put(at + 4, 4, len);
}

static void
all_ram(void)
{
	struct refusal why;

	map.count = 0;
	assert_int_equal(memmap_add(&map, address(mem), LOW_MEMORY, MEM_RAM, &why), 0);
}

/* RSDP of revision 0 or 2, a root table, FADT with DSDT and FACS, MADT; all in RAM. */
static void
valid(unsigned width)
{
	mem = low_memory();
	all_ram();
	memcpy(mem + RSDP, "RSD PTR ", 8);
	put(RSDP + 15, 1, width == 8 ? 2 : 0);
	put(RSDP + (width == 8 ? 24 : 16), width, address(mem + ROOT));
	table(ROOT, width == 8 ? "XSDT" : "RSDT", 36 + 2 * width);
	put(ROOT + 36, width, address(mem + FADT));
	put(ROOT + 36 + width, width, address(mem + MADT));
	table(FADT, "FACP", width == 8 ? 276 : 116);
	put(FADT + 36, 4, address(mem + FACS));
	put(FADT + 40, 4, address(mem + DSDT));
	table(MADT, "APIC", 0x78);
	table(DSDT, "DSDT", 0x1234);
	table(FACS, "FACS", 64);
}

static uint32_t
collect(uint32_t max)
{
	struct keep keep = {&map, fixed, 0, max};

	acpi_keep(address(mem + RSDP), &keep);
	return keep.count;
}

static void
assert_fixed(uint32_t i, uint64_t at, uint64_t len)
{
	assert_int_equal(fixed[i].range.addr, address(mem + at));
	assert_int_equal(fixed[i].range.len, len);
	assert_string_equal(fixed[i].name, "ACPI tables");
}

static void
all_tables(void **state)
{
	(void)state;
	for (unsigned width = 4; width <= 8; width += 4) {
		valid(width);
		assert_int_equal(collect(MAX), 6);
		assert_fixed(0, RSDP, 36);
		assert_fixed(1, ROOT, 36 + 2 * width);
		assert_fixed(2, FADT, width == 8 ? 276 : 116);
		assert_fixed(3, DSDT, 0x1234);
		assert_fixed(4, FACS, 64);
		assert_fixed(5, MADT, 0x78);
	}
}

/* The 64-bit pointers count where there are any, beyond an old FADT there are none. */
static void
long_pointers(void **state)
{
	(void)state;
	valid(8);
	table(0x20000, "DSDT", 50);
	table(0x30000, "FACS", 64);
	put(FADT + 132, 8, address(mem + 0x30000));
	put(FADT + 140, 8, address(mem + 0x20000));
	assert_int_equal(collect(MAX), 6);
	assert_fixed(3, 0x20000, 50);
	assert_fixed(4, 0x30000, 64);
	put(FADT + 4, 4, 116);
	assert_int_equal(collect(MAX), 6);
	assert_fixed(3, DSDT, 0x1234);
	assert_fixed(4, FACS, 64);
}

static void
tables_outside_of_ram(void **state)
{
	struct refusal why;

	(void)state;
	valid(4);
	assert_int_equal(
	        memmap_add(&map, address(mem + FADT), 4096, MEM_ACPI, &why), REFUSAL_NONE);
	assert_int_equal(collect(MAX), 5); /* and what it names is found nevertheless */
	assert_fixed(2, DSDT, 0x1234);
	map.count = 0;
	assert_int_equal(collect(MAX), 0);
}

static void
lengths(void **state)
{
	static const struct {
		uint32_t len;
		bool taken;
	} rows[] = {{0, false}, {7, false}, {8, true}, {MIB, true}, {MIB + 1, false},
	        {UINT32_MAX, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		valid(4);
		put(MADT + 4, 4, rows[i].len);
		assert_int_equal(collect(MAX), 5 + rows[i].taken);
	}
	valid(4);
	put(ROOT + 4, 4, 36 + 7); /* half an entry is none */
	assert_int_equal(collect(MAX), 5);
}

static void
pointers_to_nowhere(void **state)
{
	struct keep keep = {&map, fixed, 0, MAX};

	(void)state;
	acpi_keep(0, &keep);
	acpi_keep(UINT64_MAX, &keep);
	assert_int_equal(keep.count, 0);
	valid(8);
	put(RSDP + 24, 8, UINT64_MAX);
	assert_int_equal(collect(MAX), 1);
	valid(8);
	put(ROOT + 36, 8, UINT64_MAX - 35);
	put(ROOT + 44, 8, 0);
	assert_int_equal(collect(MAX), 2);
	valid(8);
	put(RSDP + 24, 8, 0); /* no XSDT: the RSDT, if any */
	assert_int_equal(collect(MAX), 1);
	put(RSDP + 16, 4, address(mem + ROOT));
	assert_true(collect(MAX) > 1);
}

/* Neighbours become one, and so does what is closest where there are too many. */
static void
joined(void **state)
{
	(void)state;
	valid(4);
	table(FADT + 116, "APIC", 0x78);
	put(ROOT + 40, 4, address(mem + FADT + 116));
	put(FADT + 36, 8, 0);
	assert_int_equal(collect(MAX), 3);
	assert_fixed(2, FADT, 116 + 0x78);
	valid(4);
	assert_int_equal(collect(5), 4);
	assert_fixed(0, RSDP, 36);
	assert_fixed(1, ROOT, FADT + 116 - ROOT);
	assert_fixed(2, DSDT, FACS + 64 - DSDT);
	assert_fixed(3, MADT, 0x78);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_tables),
	        cmocka_unit_test(long_pointers),
	        cmocka_unit_test(tables_outside_of_ram),
	        cmocka_unit_test(lengths),
	        cmocka_unit_test(pointers_to_nowhere),
	        cmocka_unit_test(joined),
	};

	return cmocka_run_group_tests_name("x86_acpi", tests, NULL, NULL);
}
