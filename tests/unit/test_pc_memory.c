/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.rom's memory map, ACPI and SMBIOS tables, out of what QEMU gives real machines
 * (pc_bench.h).
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub/body/body.h"
#include "tests/unit/low_memory.h"
#include "tests/unit/pc_bench.h"
#include "tests/unit/qtest.h"
#include "x86/pc/cmos.h"
#include "x86/pc/smbios.h"

/* CMOS tells the same memory as etc/e820. */
static void
cmos(void **state)
{
	static const char *const sizes[] = {"8M", "15M", "64M", "512M", "3G", "4G", "6G"};

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct memmap by_cmos = {.count = 0};
		char words[64];

		snprintf(words, sizeof(words), "-M pc -m %s", sizes[i]);
		pc_start(words);
		assert_int_equal(cmos_map(pc_cmos, &by_cmos, &pc_why), 0);
		assert_int_equal(body_ram_end_at(&by_cmos, MIB), pc_low_end());
		assert_int_equal(memmap_ram_end(&by_cmos), memmap_ram_end(&pc_memmap));
		assert_int_equal(memmap_ram_size(&by_cmos), memmap_ram_size(&pc_memmap));
		qtest_stop();
	}
}

static uint8_t
no_cmos(uint8_t reg)
{
	(void)reg;
	return 0xff;
}

static uint8_t
empty_cmos(uint8_t reg)
{
	(void)reg;
	return 0;
}

static void
cmos_is_missing(void **state)
{
	struct memmap m = {.count = 0};

	(void)state;
	assert_int_equal(cmos_map(no_cmos, &m, &pc_why), REFUSAL_MAP_NONE);
	assert_int_equal(cmos_map(empty_cmos, &m, &pc_why), REFUSAL_MAP_NONE);
	assert_int_equal(m.count, 0);
}

/* The zone for tables is at memory's end, below whatever is busy. */
static void
high_zone(void **state)
{
	struct named_range busy[2] = {
	        {"a", {0x7fe00000, 0x200000}}, {"b", {0x7fd00000, 0x1000}}};
	struct range r;
	uint32_t nr = 0;

	(void)state;
	memset(&pc_memmap, 0, sizeof(pc_memmap));
	assert_int_equal(memmap_add(&pc_memmap, 0, 2 * GIB, MEM_RAM, &pc_why), 0);
	assert_int_equal(memmap_add(&pc_memmap, 0xa0000, 0x60000, MEM_RESERVED, &pc_why), 0);
	r = body_high_zone(pc_low_end(), busy, nr, 4 * MIB);
	assert_int_equal(range_end(r), 2 * GIB);
	nr = 2;
	r = body_high_zone(pc_low_end(), busy, nr, 4 * MIB);
	assert_int_equal(range_end(r), 0x7fd00000);
	assert_int_equal(r.len, 4 * MIB);
	busy[1].range = (struct range){0, 0x7ff00000};
	assert_int_equal(body_high_zone(pc_low_end(), busy, nr, 4 * MIB).len, 0);
}

static uint8_t
sum(uint64_t addr, uint64_t len)
{
	uint8_t v = 0;

	while (len--)
		v = (uint8_t)(v + *(const uint8_t *)(uintptr_t)addr++);
	return v;
}

static struct span
table_at(uint64_t addr)
{
	struct span header = {(const uint8_t *)(uintptr_t)addr, 36};
	uint64_t len = span_le32(header, 4);

	assert_in_range(len, 36, MIB);
	assert_int_equal(sum(addr, len), 0);
	return (struct span){header.base, len};
}

/* From the RSDP down: every table's checksum is right; how many tables there are. */
static unsigned
check_acpi(uint64_t rsdp)
{
	struct span s = {(const uint8_t *)(uintptr_t)rsdp, 36}, root, t;
	bool xsdt = span_u8(s, 15) >= 2;
	unsigned n = 0;

	assert_true(span_is(s, 0, "RSD PTR ", 8));
	assert_int_equal(sum(rsdp, 20), 0);
	root = table_at(xsdt ? span_le64(s, 24) : span_le32(s, 16));
	for (uint64_t off = 36; off < root.size; off += xsdt ? 8 : 4, n++) {
		t = table_at(span_le(root, off, xsdt ? 8 : 4));
		if (span_is(t, 0, "FACP", 4)) {
			table_at(span_le32(t, 40));
			n++;
		}
	}
	return n;
}

static void
load_tables(const char *words, struct tables *t)
{
	uint64_t memory = address(low_memory());

	/* low_memory() clears it: called once a machine. */
	assert_int_equal(pc_set_up(words), 0);
	memset(t, 0xa5, sizeof(*t));
	t->high = (struct range){memory + MIB, 3 * MIB};
	t->fseg = (struct range){memory, 0x8000};
	assert_int_equal(tables_load(t, &pc_machine.items, &pc_why), 0);
	assert_int_equal(smbios_load(t, &pc_machine.items, &pc_why), 0);
}

static void
acpi_tables(void **state)
{
	static const char *const machines[] = {"-M pc -m 512M", "-M q35 -m 512M -smp 8",
	        "-M microvm -m 512M", "-M q35 -m 1G,slots=4,maxmem=4G -device vmgenid",
	        "-M pc -m 512M -device pci-bridge,chassis_nr=1"};
	static struct tables t;

	(void)state;
	for (unsigned i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		load_tables(machines[i], &t);
		assert_int_equal(t.rsdp % 16, 0);
		assert_true(check_acpi(t.rsdp) >= 3);
		qtest_stop();
	}
}

/* vmgenid: a pointer goes back to QEMU, which then writes the GUID there. */
static void
write_pointer(void **state)
{
	static struct tables t;
	static const char name[FW_CFG_NAME_LEN] = "etc/vmgenid_addr";
	struct fw_cfg_item item;
	uint64_t at = 0;

	(void)state;
	load_tables("-M q35 -m 512M -device vmgenid", &t);
	item = items_find(&pc_machine.items, name, 3);
	assert_int_not_equal(item.selector, 0);
	assert_int_equal(pc_machine.items.read(item.selector, name, &at, 8, &pc_why), 0);
	for (uint32_t i = 0; i < t.count; i++) {
		if (!strcmp(t.file[i].name, "etc/vmgenid_guid"))
			assert_in_range(at, t.file[i].range.addr, range_end(t.file[i].range));
	}
	assert_int_not_equal(at, 0);
}

/* The tables that the entry point tells of, which a scan finds; its checksums are right. */
static struct span
smbios_found(const struct tables *t, unsigned *ret_count)
{
	const uint8_t *base = (const uint8_t *)(uintptr_t)align_down(t->fseg.addr, 0x8000);
	struct span tables = {NULL, 0};

	for (const uint8_t *p = base; address(p) < t->fseg.addr; p += 16) {
		struct span s = {p, 32};

		*ret_count = 0;
		if (span_is(s, 0, "_SM_", 4)) {
			assert_int_equal(sum(address(p), p[5]), 0);
			assert_int_equal(sum(address(p) + 16, 15), 0);
			*ret_count = span_le16(s, 0x1c);
			return (struct span){
			        (void *)(uintptr_t)span_le32(s, 0x18), span_le16(s, 0x16)};
		}
		if (span_is(s, 0, "_SM3_", 5)) {
			assert_int_equal(sum(address(p), p[6]), 0);
			return (struct span){
			        (void *)(uintptr_t)span_le64(s, 16), span_le32(s, 12)};
		}
	}
	return tables;
}

/* The text by which the only structure of a type names its vendor; NULL without one. */
static const char *
smbios_vendor(struct span tables, uint8_t type, unsigned count)
{
	const char *vendor = NULL;
	unsigned n = 0;
	uint8_t kind = 0;

	for (uint64_t at = 0; at < tables.size; n++) {
		uint64_t next = at + span_u8(tables, at + 1);

		assert_true(bounds_ok(tables.size, next, 2));
		kind = span_u8(tables, at);
		if (kind == type) {
			assert_null(vendor);
			assert_int_equal(span_u8(tables, at + 4), 1);
			vendor = (const char *)tables.base + next;
		}
		while (span_le16(tables, next))
			next++;
		at = next + 2;
	}
	assert_int_equal(kind, 127);
	if (count)
		assert_int_equal(n, count);
	return vendor;
}

/* A type 1 as another machine has it, the user's -smbios file=. */
static const char *
smbios_file(void)
{
	static const uint8_t bytes[] = "\1\10\1\0\1\0\0\0theirs\0";
	static char path[] = "/tmp/kshim-smbios-XXXXXX";
	static bool written;

	if (!written) {
		int fd = mkstemp(path);

		assert_true(fd >= 0);
		assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
		assert_int_equal(close(fd), 0);
	}
	written = true;
	return path;
}

/* Type 0 is QEMU's if it has one, and else ours; the others are QEMU's or the user's. */
static void
smbios_tables(void **state)
{
	static const struct {
		const char *words, *bios, *system;
		bool file;
	} machines[] = {
	        {"-M q35 -m 512M -smbios type=1,manufacturer=mine", "kshim", "mine", false},
	        {"-M pc -m 64M -smp 4 -smbios type=1,manufacturer=mine", "kshim", "mine",
	                false},
	        {"-M q35,smbios-entry-point-type=64 -smbios type=1,manufacturer=mine", "kshim",
	                "mine", false},
	        {"-M pc,smbios-entry-point-type=64 -smbios type=0,vendor=yours -smbios "
	         "type=1,manufacturer=mine",
	                "yours", "mine", false},
	        {"-M pc -smbios type=1,manufacturer=mine -smbios type=0,vendor=yours", "yours",
	                "mine", false},
	        {"-M pc", "kshim", "theirs", true},
	        {"-M pc -smbios type=0,vendor=yours", "yours", "theirs", true},
	};
	static struct tables t;
	char words[256];

	(void)state;
	for (unsigned i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct span tables;
		unsigned count;

		snprintf(words, sizeof(words), "%s%s%s", machines[i].words,
		        machines[i].file ? " -smbios file=" : "",
		        machines[i].file ? smbios_file() : "");
		load_tables(words, &t);
		tables = smbios_found(&t, &count);
		assert_string_equal(smbios_vendor(tables, 0, count), machines[i].bios);
		assert_string_equal(smbios_vendor(tables, 1, count), machines[i].system);
		qtest_stop();
	}
	unlink(smbios_file());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_teardown(cmos, pc_stop),
	        cmocka_unit_test_teardown(acpi_tables, pc_stop),
	        cmocka_unit_test_teardown(write_pointer, pc_stop),
	        cmocka_unit_test_teardown(smbios_tables, pc_stop),
	        cmocka_unit_test(cmos_is_missing),
	        cmocka_unit_test(high_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
