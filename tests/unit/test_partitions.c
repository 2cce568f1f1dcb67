/* SPDX-License-Identifier: BSD-2-Clause */
/* Partition tables: valid ones made here, one field damaged at a time. */
#include "unit.h"

#include "stub/base/crc32.h"
#include "stub/disk/partitions.h"
#include "tests/unit/ram_disk.h"

#define SECTORS 256u
#define ESP     "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"

static uint8_t disk[SECTORS * 4096];
static uint32_t sector = 512;
static struct ram_disk ram;
static struct partitions table;
static struct partition part;
static struct partition_cursor cursor;
static struct refusal why;
static bool found;

static void
put(uint64_t off, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		disk[off + i] = (uint8_t)(v >> (8 * i));
}

static enum refusal_code
open_disk(void)
{
	ram_disk_open(&ram, disk, (uint64_t)SECTORS * sector, sector);
	cursor = (struct partition_cursor){0};
	return partitions_open(&ram.disk, &table, &why);
}

static enum refusal_code
next(void)
{
	return partitions_next(&table, &cursor, &found, &part, &why);
}

static void
assert_next(uint32_t number, uint64_t first, uint64_t count)
{
	assert_int_equal(next(), REFUSAL_NONE);
	assert_true(found);
	assert_int_equal(part.number, number);
	assert_int_equal(part.volume.start, first * sector);
	assert_int_equal(part.volume.size, count * sector);
}

static void
assert_end(void)
{
	assert_int_equal(next(), REFUSAL_NONE);
	assert_false(found);
}

/* ---------------------------------------------------------------- MBR */

static void
mbr_entry(uint64_t table_sector, unsigned i, uint8_t type, uint32_t first, uint32_t count)
{
	uint64_t at = table_sector * sector + 446 + 16 * i;

	put(at + 4, type, 1);
	put(at + 8, first, 4);
	put(at + 12, count, 4);
	put(table_sector * sector + 510, 0xaa55, 2);
}

static int
mbr_setup(void **state)
{
	(void)state;
	sector = 512;
	memset(disk, 0, sizeof(disk));
	put(440, 0x1234abcd, 4);
	mbr_entry(0, 0, 0x83, 8, 16);
	mbr_entry(0, 2, 0x0f, 100, 100);
	mbr_entry(0, 3, 0xef, 30, 10);
	disk[446] = 0x80;
	mbr_entry(100, 0, 0x83, 2, 8); /* 5: 102 */
	mbr_entry(100, 1, 0x05, 20, 20);
	mbr_entry(120, 0, 0x82, 1, 4); /* 6: 121 */
	mbr_entry(120, 1, 0x05, 40, 20);
	mbr_entry(140, 1, 0x83, 3, 5); /* 7: in the second entry */
	return 0;
}

static void
mbr(void **state)
{
	(void)state;
	assert_int_equal(open_disk(), REFUSAL_NONE);
	assert_int_equal(table.table, PARTITION_TABLE_MBR);
	assert_string_equal(table.id, "1234abcd");
	assert_next(1, 8, 16);
	assert_string_equal(part.uuid, "1234abcd-01");
	assert_string_equal(part.type, "83");
	assert_string_equal(partition_type_name(&part), "Linux");
	assert_int_equal(part.attributes, 0x80);
	assert_next(4, 30, 10);
	assert_true(partition_is_esp(&part));
	assert_false(partition_is_xbootldr(&part));
	assert_next(5, 102, 8);
	assert_string_equal(part.uuid, "1234abcd-05");
	assert_next(6, 121, 4);
	assert_next(7, 143, 5);
	assert_end();
	assert_end();
}

/* A hundred tables at most: one that leads to itself ends. */
static void
mbr_loop(void **state)
{
	unsigned seen = 0;

	(void)state;
	mbr_entry(140, 2, 0x05, 0, 20);
	assert_int_equal(open_disk(), REFUSAL_NONE);
	while (!next() && found)
		seen++;
	assert_int_equal(why.code, REFUSAL_DISK_DAMAGED);
	assert_string_equal(why.detail, "chain of extended partitions");
	assert_true(seen > 50 && seen <= 102);
	assert_end();
}

/* The tables of all chains count together: who goes on behind the first one comes to an end. */
static void
mbr_two_loops(void **state)
{
	unsigned seen = 0, refused = 0;

	(void)state;
	mbr_entry(140, 2, 0x05, 0, 20);
	mbr_entry(0, 1, 0x05, 180, 20);
	mbr_entry(180, 0, 0x83, 1, 4);
	mbr_entry(180, 1, 0x05, 0, 20);
	assert_int_equal(open_disk(), REFUSAL_NONE);
	for (found = true; found;) {
		if (next()) {
			refused++;
			found = true; /* the walk goes on */
		} else {
			seen += found;
		}
		assert_true(seen < 250);
	}
	assert_int_equal(refused, 2);
	assert_string_equal(why.detail, "chain of extended partitions");
}

static void
mbr_damage(void **state)
{
	(void)state;
	put(120 * 512 + 510, 0, 2);
	mbr_entry(0, 0, 0x83, 8, SECTORS - 7); /* one sector too long */
	assert_int_equal(open_disk(), REFUSAL_NONE);
	assert_int_equal(next(), REFUSAL_DISK_DAMAGED);
	assert_int_equal(why.found, SECTORS + 1);
	assert_int_equal(why.wanted, SECTORS);
	assert_next(4, 30, 10); /* the walk goes on */
	assert_next(5, 102, 8);
	assert_int_equal(next(), REFUSAL_DISK_DAMAGED);
	assert_int_equal(why.where, 120 * 512 + 510);
	assert_end();
	mbr_entry(0, 0, 0x83, 8, SECTORS - 8);
	assert_int_equal(open_disk(), REFUSAL_NONE);
	assert_next(1, 8, SECTORS - 8);
}

static void
mbr_link_outside(void **state)
{
	(void)state;
	mbr_entry(100, 1, 0x05, 0xffffffff, 20);
	assert_int_equal(open_disk(), REFUSAL_NONE);
	assert_next(1, 8, 16);
	assert_next(4, 30, 10);
	assert_next(5, 102, 8);
	assert_int_equal(next(), REFUSAL_DISK_DAMAGED);
	assert_end();
}

static void
mbr_unreadable(void **state)
{
	(void)state;
	ram_disk_open(&ram, disk, (uint64_t)SECTORS * sector, sector);
	ram.fails_at = 0;
	assert_int_equal(partitions_open(&ram.disk, &table, &why), REFUSAL_DISK_READ);
	assert_int_equal(open_disk(), REFUSAL_NONE);
	disk_reset(&ram.disk);
	ram.reads_left = 0;
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(next(), REFUSAL_DISK_READ);
	assert_end();
	ram_disk_open(&ram, disk, 0, 512);
	assert_int_equal(partitions_open(&ram.disk, &table, &why), REFUSAL_DISK_DAMAGED);
}

/* A file system's own first sector, an empty table, no signature: the whole disk. */
static void
no_table(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		mbr_setup(NULL);
		if (i == 0)
			put(510, 0, 2);
		if (i == 1)
			disk[446 + 32] = 'e';
		if (i == 2)
			memset(disk + 446, 0, 64);
		assert_int_equal(open_disk(), REFUSAL_NONE);
		assert_int_equal(table.table, PARTITION_TABLE_NONE);
		assert_next(0, 0, SECTORS);
		assert_string_equal(part.uuid, "");
		assert_null(partition_type_name(&part));
		assert_end();
	}
}

/* ---------------------------------------------------------------- GPT */

static void
seal(uint64_t header_sector, uint64_t entries_sector)
{
	uint64_t h = header_sector * sector, count = disk[h + 80] | disk[h + 81] << 8u;
	uint64_t size = disk[h + 84] | disk[h + 85] << 8u;

	put(h + 88, crc32_add(0, (struct span){disk + entries_sector * sector, count * size}),
	        4);
	put(h + 16, 0, 4);
	put(h + 16, crc32_add(0, (struct span){disk + h, 92}), 4);
}

static void
gpt_copy(uint64_t header_sector, uint64_t other, uint64_t entries, uint32_t entry_size)
{
	static const uint8_t esp[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba,
	        0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
	uint64_t h = header_sector * sector, e = entries * sector + 2 * entry_size;

	memcpy(disk + h, "EFI PART\0\0\1\0\x5c\0\0\0", 16);
	put(h + 24, header_sector, 8);
	put(h + 32, other, 8);
	memset(disk + h + 56, 0x11, 16);
	put(h + 72, entries, 8);
	put(h + 80, 16, 4);
	put(h + 84, entry_size, 4);
	memcpy(disk + e, esp, 16);
	memset(disk + e + 16, 0xab, 16);
	put(e + 32, 40, 8);
	put(e + 40, 49, 8);
	put(e + 48, 5, 8);
	memcpy(disk + e + 56, "b\0\xfc\0\x3d\xd8\x00\xde", 8);
	memcpy(disk + e + 13 * entry_size, disk + e, 128); /* 16, the last one */
	seal(header_sector, entries);
}

static int
gpt_make(uint32_t sector_size, uint32_t entry_size)
{
	sector = sector_size;
	memset(disk, 0, sizeof(disk));
	mbr_entry(0, 0, 0xee, 1, SECTORS - 1);
	gpt_copy(1, SECTORS - 1, 2, entry_size);
	gpt_copy(SECTORS - 1, 1, SECTORS - 33, entry_size);
	return 0;
}

static int
gpt_setup(void **state)
{
	(void)state;
	return gpt_make(512, 128);
}

/* GRUB's core and swapped memory are no file systems, and are not tried as such. */
static void
for_files(void **state)
{
	static const struct partition none[] =
	        {{.type = "21686148-6449-6e6f-744e-656564454649"},
	                {.type = "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"}, {.type = "82"}},
	                              some[] = {{.type = ESP}, {.type = "83"}, {.type = ""}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_false(partition_is_for_files(&none[i]));
		assert_true(partition_is_for_files(&some[i]));
	}
}

static void
assert_partitions(void)
{
	assert_int_equal(table.table, PARTITION_TABLE_GPT);
	assert_string_equal(table.id, "11111111-1111-1111-1111-111111111111");
	assert_next(3, 40, 10);
	assert_string_equal(part.type, ESP);
	assert_string_equal(part.uuid, "abababab-abab-abab-abab-abababababab");
	assert_string_equal(part.name, "b\xc3\xbc\xf0\x9f\x98\x80");
	assert_int_equal(part.attributes, 5);
	assert_true(partition_is_esp(&part));
	assert_string_equal(partition_type_name(&part), "EFI system");
	assert_next(16, 40, 10);
	assert_end();
}

static void
gpt(void **state)
{
	static const uint32_t forms[][2] = {{512, 128}, {4096, 128}, {512, 512}, {1024, 256}};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		gpt_make(forms[i][0], forms[i][1]);
		assert_int_equal(open_disk(), REFUSAL_NONE);
		assert_false(table.backup);
		assert_partitions();
	}
}

/* What makes the first copy one that does not count: the second one is used, and it is said. */
static void
gpt_backup(void **state)
{
	static const struct {
		uint64_t at, value;
		bool sealed;
		const char *what;
	} damage[] = {{512, 'e', false, "GPT header's signature"},
	        {512 + 12, 91, true, "GPT header's length"},
	        {512 + 12 + 1, 3, true, "GPT header's length"},
	        {512 + 60, 1, false, "GPT header's checksum"},
	        {512 + 24, 2, true, "GPT header's place"},
	        {512 + 84, 64, true, "GPT entries' size"},
	        {512 + 84, 192, true, "GPT entries' size"},
	        {512 + 85, 32, true, "GPT entries' size"},
	        {512 + 82, 1, true, "GPT entries' count"},
	        {512 + 78, 1, true, "GPT entries' place"},
	        {512 + 72, SECTORS - 2, true, "GPT entries"},
	        {1024 + 2 * 128 + 40, 1, false, "GPT entries' checksum"}};

	(void)state;
	for (unsigned i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		gpt_setup(NULL);
		disk[damage[i].at] = (uint8_t)damage[i].value;
		if (damage[i].sealed) {
			put(512 + 16, 0, 4);
			put(512 + 16, crc32_add(0, (struct span){disk + 512, 92}), 4);
		}
		assert_int_equal(open_disk(), REFUSAL_NONE);
		assert_true(table.backup);
		assert_string_equal(table.primary.detail, damage[i].what);
		assert_partitions();
	}
}

/* A disk that was made larger: its second copy is where the first one says. */
static void
gpt_grown(void **state)
{
	(void)state;
	memset(disk + (SECTORS - 1) * 512, 0, 512);
	gpt_copy(1, 200, 2, 128);
	gpt_copy(200, 1, 201, 128);
	disk[1024 + 300] ^= 1;
	assert_int_equal(open_disk(), REFUSAL_NONE);
	assert_true(table.backup);
	assert_partitions();
}

static void
gpt_no_copy(void **state)
{
	(void)state;
	disk[512] ^= 1;
	disk[(SECTORS - 1) * 512] ^= 1;
	assert_int_equal(open_disk(), REFUSAL_DISK_DAMAGED);
	assert_int_equal(why.where, 512); /* the first one's fault */
	gpt_setup(NULL);
	ram_disk_open(&ram, disk, 512, 512);
	assert_int_equal(partitions_open(&ram.disk, &table, &why), REFUSAL_DISK_DAMAGED);
}

static void
gpt_partition_outside(void **state)
{
	static const uint64_t ends[] = {39, SECTORS, UINT64_MAX};
	uint64_t e = 1024 + 2 * 128;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		put(e + 40, ends[i], 8);
		seal(1, 2);
		assert_int_equal(open_disk(), REFUSAL_NONE);
		assert_int_equal(next(), REFUSAL_DISK_DAMAGED);
		assert_int_equal(why.where, e + 40);
		assert_next(16, 40, 10);
		assert_end();
	}
	put(e + 40, SECTORS - 1, 8);
	seal(1, 2);
	assert_int_equal(open_disk(), REFUSAL_NONE);
	assert_next(3, 40, SECTORS - 40);
}

static void
gpt_unreadable(void **state)
{
	(void)state;
	gpt_make(4096, 128);
	ram_disk_open(&ram, disk, (uint64_t)SECTORS * sector, sector);
	ram.fails_at = 1;
	ram.reads_left = 1; /* the MBR alone */
	assert_int_equal(partitions_open(&ram.disk, &table, &why), REFUSAL_DISK_READ);
	assert_int_equal(open_disk(), REFUSAL_NONE);
	disk_reset(&ram.disk);
	ram.reads_left = 0;
	assert_int_equal(next(), REFUSAL_DISK_READ);
}

/* No entry 0xee in the MBR: Linux does not look for a GPT either. */
static void
gpt_without_its_mbr(void **state)
{
	(void)state;
	mbr_entry(0, 0, 0x83, 1, 20);
	assert_int_equal(open_disk(), REFUSAL_NONE);
	assert_int_equal(table.table, PARTITION_TABLE_MBR);
	mbr_entry(0, 3, 0xee, 1, 20); /* a hybrid one */
	assert_int_equal(open_disk(), REFUSAL_NONE);
	assert_int_equal(table.table, PARTITION_TABLE_GPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(mbr, mbr_setup),
	        cmocka_unit_test_setup(mbr_loop, mbr_setup),
	        cmocka_unit_test_setup(mbr_two_loops, mbr_setup),
	        cmocka_unit_test_setup(mbr_damage, mbr_setup),
	        cmocka_unit_test_setup(mbr_link_outside, mbr_setup),
	        cmocka_unit_test_setup(mbr_unreadable, mbr_setup),
	        cmocka_unit_test(for_files),
	        cmocka_unit_test(no_table),
	        cmocka_unit_test(gpt),
	        cmocka_unit_test(gpt_backup),
	        cmocka_unit_test_setup(gpt_grown, gpt_setup),
	        cmocka_unit_test_setup(gpt_no_copy, gpt_setup),
	        cmocka_unit_test_setup(gpt_partition_outside, gpt_setup),
	        cmocka_unit_test_setup(gpt_unreadable, gpt_setup),
	        cmocka_unit_test_setup(gpt_without_its_mbr, gpt_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
