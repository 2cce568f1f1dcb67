/* SPDX-License-Identifier: BSD-2-Clause */
/* The walk through UEFI's configuration tables, of which the firmware may say any nonsense. */
#include "unit.h"

#include <string.h>

#include "stub/base/bytes.h"
#include "stub/input/efi_tables.h"
#include "tests/unit/low_memory.h"

#define MAX   16
#define KINDS 8
#define ENTRY 24 /* a GUID, a pointer */

/* In the system table. */
#define MAGIC   "IBI SYST"
#define VENDORS 24
#define COUNT   104
#define POINTER 112
#define LENGTH  120

/* Offsets in low memory. */
enum { SYSTAB = 0x1000, TABLES = 0x4000, VENDOR = 0x8000, FIRST = 0x20000, STEP = 0x10000 };

/* GUIDs in the order of their tables, each at FIRST + n * STEP. */
static const struct {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
} guid[KINDS] = {
        {0xdcfa911d, 0x26eb, 0x469f, {0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20}},
        {0xb122a263, 0x3661, 0x4f68, {0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80}},
        {0xb7799cb0, 0xeca2, 0x4943, {0x96, 0x67, 0x1f, 0xae, 0x07, 0xb7, 0x47, 0xfa}},
        {0x1ce1e5bc, 0x7ceb, 0x42f2, {0x81, 0xe5, 0x8a, 0xad, 0xf1, 0x80, 0xf5, 0x7b}},
        {0xc451ed2b, 0x9694, 0x45d3, {0xba, 0xba, 0xed, 0x9f, 0x89, 0x88, 0xa3, 0x89}},
        {0xeb9d2d31, 0x2d88, 0x11d3, {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}},
        {0xf2fd1544, 0x9794, 0x4a2c, {0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}},
        {0x01234567, 0x89ab, 0xcdef, {0, 1, 2, 3, 4, 5, 6, 7}},
};
enum { ATTRIBUTES, RESOURCES, TPM_LOG, SEED, MOK, SMBIOS, SMBIOS3, OTHER };

static uint8_t *mem;
static struct named_range range[MAX];
static struct keep keep;

static bool
reachable(uint64_t addr, uint64_t len)
{
	return addr >= address(mem) && bounds_ok(LOW_MEMORY, addr - address(mem), len);
}

static void
put(uint64_t at, unsigned bytes, uint64_t value)
{
	memcpy(mem + at, &value, bytes);
}

static uint64_t
table_at(unsigned kind)
{
	return FIRST + (uint64_t)kind * STEP;
}

static void
put_pointer(unsigned kind, uint64_t addr)
{
	put(TABLES + kind * ENTRY + sizeof(guid[0]), 8, addr);
}

static void
valid(void)
{
	mem = low_memory();
	memcpy(mem + SYSTAB, MAGIC, 8);
	put(SYSTAB + VENDORS, 8, address(mem) + VENDOR);
	put(SYSTAB + COUNT, 8, KINDS);
	put(SYSTAB + POINTER, 8, address(mem) + TABLES);
	for (unsigned i = 0; i < KINDS; i++) {
		memcpy(mem + TABLES + i * ENTRY, &guid[i], sizeof(guid[i]));
		put_pointer(i, address(mem) + table_at(i));
	}
	put(table_at(ATTRIBUTES) + 4, 4, 100);
	put(table_at(ATTRIBUTES) + 8, 4, 48);
	put(table_at(RESOURCES), 4, 128);
	put(table_at(TPM_LOG), 4, 5000);
	put(table_at(SEED), 4, 64);
	put(table_at(MOK), 1, 'M');
	put(table_at(MOK) + 256, 8, 6000);
	memcpy(mem + table_at(SMBIOS), "_SM_", 4);
	put(table_at(SMBIOS) + 22, 2, 900);
	put(table_at(SMBIOS) + 24, 4, address(mem) + 0xa0000 + 0x3000);
	memcpy(mem + table_at(SMBIOS3), "_SM3_", 5);
	put(table_at(SMBIOS3) + 12, 4, 1000);
	put(table_at(SMBIOS3) + 16, 8, address(mem) + 0xb0000);
}

static uint32_t
collect(void)
{
	keep = (struct keep){.range = range, .max = MAX};
	efi_tables_keep(address(mem) + SYSTAB, reachable, &keep);
	return keep.count;
}

static void
assert_kept(uint64_t at, uint64_t len)
{
	for (uint32_t i = 0; i < keep.count; i++) {
		if (range[i].range.addr != address(mem) + at)
			continue;
		assert_int_equal(range[i].range.len, len);
		return;
	}
	fail_msg("nothing is kept at %#llx", (unsigned long long)at);
}

static void
all_tables(void **state)
{
	(void)state;
	valid();
	assert_int_equal(collect(), 3 + KINDS + 2);
	assert_kept(SYSTAB, LENGTH);
	assert_kept(VENDOR, PAGE);
	assert_kept(TABLES, KINDS * ENTRY);
	assert_kept(table_at(ATTRIBUTES), 16 + 4800);
	assert_kept(table_at(RESOURCES), 16 + 128 * 40);
	assert_kept(table_at(TPM_LOG), 9 + 5000);
	assert_kept(table_at(SEED), 4 + 64);
	assert_kept(table_at(MOK), 264 + 6000 + 264);
	assert_kept(table_at(SMBIOS), 32);
	assert_kept(0xa3000, 900);
	assert_kept(table_at(SMBIOS3), 32);
	assert_kept(0xb0000, 1000);
	assert_kept(table_at(OTHER), PAGE);
}

/* Lengths that make no sense count as a page, anchors and pointers that do not as nothing. */
static void
nonsense(void **state)
{
	(void)state;
	valid();
	put(table_at(ATTRIBUTES) + 8, 4, UINT32_MAX);
	put(table_at(RESOURCES), 4, UINT32_MAX);
	put(table_at(MOK) + 256, 8, UINT64_MAX);
	put(table_at(SMBIOS), 1, 'x');
	put(table_at(SMBIOS3) + 12, 4, UINT32_MAX);
	put_pointer(OTHER, 0);
	assert_int_equal(collect(), 3 + KINDS - 1 + 1);
	assert_kept(table_at(ATTRIBUTES), PAGE);
	assert_kept(table_at(RESOURCES), PAGE);
	assert_kept(table_at(MOK), 264);
	assert_kept(0xb0000, PAGE);
	/* the variables' end is out of reach, and a table is */
	put(table_at(MOK) + 256, 8, LOW_MEMORY);
	put_pointer(SEED, UINT64_MAX - 8);
	collect();
	assert_kept(table_at(MOK), 264 + LOW_MEMORY + 264);
}

static void
no_system_table(void **state)
{
	(void)state;
	valid();
	put(SYSTAB + COUNT, 8, 4097);
	assert_int_equal(collect(), 0);
	put(SYSTAB + COUNT, 8, 4096); /* more than is in reach: the rest is kept */
	put(SYSTAB + POINTER, 8, address(mem) + LOW_MEMORY - 4096 * ENTRY + ENTRY);
	assert_int_equal(collect(), 2);
	put(SYSTAB, 1, 'x');
	assert_int_equal(collect(), 0);
	efi_tables_keep(UINT64_MAX - 4, reachable, &keep);
	efi_tables_keep(0, reachable, &keep);
	assert_int_equal(keep.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_tables),
	        cmocka_unit_test(nonsense),
	        cmocka_unit_test(no_system_table),
	};

	return cmocka_run_group_tests_name("efi_tables", tests, NULL, NULL);
}
