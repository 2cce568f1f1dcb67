/* SPDX-License-Identifier: BSD-2-Clause */
/* Volumes over sectors: bounds, the cache, and how contents are asked for. */
#include "unit.h"

#include "stub/base/crc32.h"
#include "stub/base/guid.h"
#include "tests/unit/ram_disk.h"

#define SIZE (10 * DISK_WINDOW)

static uint8_t bytes[SIZE];
static struct ram_disk ram;
static struct refusal why;

static int
setup(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256 + i / DISK_WINDOW);
	ram_disk_open(&ram, bytes, SIZE, 512);
	return 0;
}

static void
parts(void **state)
{
	struct volume whole = disk_volume(&ram.disk), v;

	(void)state;
	assert_int_equal(whole.size, SIZE);
	assert_true(volume_part(&whole, 1, SIZE / 512 - 1, &v));
	assert_int_equal(v.start, 512);
	assert_int_equal(v.size, SIZE - 512);
	assert_false(volume_part(&whole, 1, SIZE / 512, &v));
	assert_false(volume_part(&whole, UINT64_MAX, 2, &v));
	assert_true(volume_part(&v, SIZE / 512 - 2, 1, &v));
	assert_int_equal(v.start, SIZE - 512);
	assert_false(volume_part(&v, 0, 2, &v));
}

static void
bytes_of_a_block(void **state)
{
	struct volume whole = disk_volume(&ram.disk), v;
	struct span s;

	(void)state;
	assert_true(volume_part(&whole, 3, 20, &v));
	assert_int_equal(volume_bytes(&v, 4000, 96, "thing", &s, &why), REFUSAL_NONE);
	assert_memory_equal(s.base, bytes + 3 * 512 + 4000, 96);
	assert_int_equal(ram.disk.requests, 1);
	assert_int_equal(volume_bytes(&v, 0, 4096, "thing", &s, &why), REFUSAL_NONE);
	assert_int_equal(ram.disk.requests, 1); /* the same block */
	assert_int_equal(volume_bytes(&v, 4000, 97, "thing", &s, &why), REFUSAL_DISK_DAMAGED);
	assert_string_equal(why.detail, "thing");
	/* the last block is shorter */
	assert_int_equal(volume_bytes(&v, 20 * 512 - 4, 4, "end", &s, &why), REFUSAL_NONE);
	assert_int_equal(
	        volume_bytes(&v, 20 * 512 - 4, 5, "end", &s, &why), REFUSAL_DISK_DAMAGED);
	assert_int_equal(why.wanted, 20 * 512);
	assert_int_equal(why.found, 20 * 512 + 1);
	assert_int_equal(
	        volume_bytes(&v, UINT64_MAX, 2, "end", &s, &why), REFUSAL_DISK_DAMAGED);
	assert_int_equal(why.found, UINT64_MAX);
}

/* One request for what lies around a block, at the volume's end as far as it goes. */
static void
windows(void **state)
{
	struct volume whole = disk_volume(&ram.disk), v;
	struct span s;

	(void)state;
	assert_true(volume_part(&whole, 3, (DISK_WINDOW + 3 * DISK_BLOCK) / 512, &v));
	assert_int_equal(volume_bytes(&v, 5 * DISK_BLOCK, 9, "a", &s, &why), REFUSAL_NONE);
	assert_int_equal(ram.longest, DISK_WINDOW / 512);
	for (uint32_t at = 0; at < DISK_WINDOW; at += DISK_BLOCK) {
		assert_int_equal(volume_bytes(&v, at, DISK_BLOCK, "a", &s, &why), REFUSAL_NONE);
		assert_memory_equal(s.base, bytes + 3 * 512 + at, DISK_BLOCK);
	}
	assert_int_equal(ram.disk.requests, 1);
	assert_int_equal(volume_bytes(&v, v.size - 9, 9, "a", &s, &why), REFUSAL_NONE);
	assert_memory_equal(s.base, bytes + 3 * 512 + v.size - 9, 9);
	assert_int_equal(ram.disk.requests, 2);
}

static void
assert_asked(struct volume *v, uint64_t window, struct span *ret_bytes)
{
	assert_int_equal(
	        volume_bytes(v, window * DISK_WINDOW, 16, "a", ret_bytes, &why), REFUSAL_NONE);
}

static void
the_cache_forgets_the_oldest(void **state)
{
	struct volume v = disk_volume(&ram.disk);
	struct span first, s;

	(void)state;
	assert_asked(&v, 0, &first);
	for (uint64_t i = 1; i < DISK_WINDOWS; i++)
		assert_asked(&v, i, &s);
	assert_memory_equal(first.base, bytes, 16); /* as the header promises */
	assert_asked(&v, 0, &first);
	assert_int_equal(ram.disk.requests, DISK_WINDOWS);
	assert_asked(&v, 9, &s); /* in the place of window 1: 0 was asked for again */
	assert_memory_equal(first.base, bytes, 16);
	assert_asked(&v, 0, &s);
	assert_int_equal(ram.disk.requests, DISK_WINDOWS + 1);
	assert_asked(&v, 1, &s);
	assert_int_equal(ram.disk.requests, DISK_WINDOWS + 2);
}

/* Every start and many lengths: the bytes are those of the disk. */
static void
contents(void **state)
{
	static const uint32_t lens[] = {
	        0, 1, 511, 512, 513, 4095, 4096, 9000, 16384, 16385, 16896, 17000, 19999};
	struct volume whole = disk_volume(&ram.disk), v;
	uint8_t to[20000];

	(void)state;
	assert_true(volume_part(&whole, 5, 60, &v));
	for (uint32_t off = 0; off < 1100; off += 37) {
		for (unsigned i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
			memset(to, 0xee, sizeof(to));
			assert_int_equal(
			        volume_read(&v, off, lens[i], "file", to, &why), REFUSAL_NONE);
			assert_memory_equal(to, bytes + 5 * 512 + off, lens[i]);
			assert_int_equal(to[lens[i]], 0xee);
		}
	}
	assert_int_equal(
	        volume_read(&v, 60 * 512 - 1, 2, "file", to, &why), REFUSAL_DISK_DAMAGED);
	assert_int_equal(volume_read(&v, 60 * 512 - 3, 3, "file", to, &why), REFUSAL_NONE);
}

static void
large_requests(void **state)
{
	struct volume v = disk_volume(&ram.disk);
	static uint8_t to[SIZE];

	(void)state;
	assert_int_equal(volume_read(&v, 0, SIZE, "file", to, &why), REFUSAL_NONE);
	assert_memory_equal(to, bytes, SIZE);
	assert_int_equal(ram.disk.requests, 1);
	ram.disk.most = 400;
	assert_int_equal(volume_read(&v, 0, SIZE, "file", to, &why), REFUSAL_NONE);
	assert_int_equal(ram.disk.requests, 1 + (SIZE / 512 + 399) / 400);
	assert_memory_equal(to, bytes, SIZE);
}

/* A block that could not be read is no block of the cache, and its neighbours are read. */
static void
a_sector_that_fails(void **state)
{
	struct volume v = disk_volume(&ram.disk);
	struct span s;
	static uint8_t to[5 * DISK_BLOCK];

	(void)state;
	ram.fails_at = 9;
	assert_int_equal(volume_bytes(&v, 4096, 16, "a", &s, &why), REFUSAL_DISK_READ);
	assert_int_equal(why.where, 4096);
	assert_int_equal(why.found, 8);
	assert_int_equal(volume_bytes(&v, 8192, 16, "a", &s, &why), REFUSAL_NONE);
	assert_memory_equal(s.base, bytes + 8192, 16);
	assert_int_equal(volume_bytes(&v, 100, 16, "a", &s, &why), REFUSAL_NONE);
	assert_memory_equal(s.base, bytes + 100, 16);
	assert_int_equal(volume_read(&v, 4096, 2048, "a", to, &why), REFUSAL_DISK_READ);
	assert_int_equal(volume_read(&v, 4608, 5, "a", to, &why), REFUSAL_DISK_READ);
	assert_int_equal(volume_read(&v, 4095, sizeof(to), "a", to, &why), REFUSAL_DISK_READ);
	ram.fails_at = UINT64_MAX;
	assert_int_equal(volume_bytes(&v, 4096, 16, "a", &s, &why), REFUSAL_NONE);
	assert_memory_equal(s.base, bytes + 4096, 16);
}

/* The check value of the CRC catalogues, in one piece and in two. */
/* A device may say that it has more bytes than 64 bits can count. */
static void
more_sectors_than_bytes(void **state)
{
	struct disk disk = {.sectors = UINT64_MAX / 512, .sector_size = 512};

	(void)state;
	disk_reset(&disk);
	assert_int_equal(disk_volume(&disk).size, UINT64_MAX / 512 * 512);
	disk.sectors = UINT64_MAX / 512 + 2;
	disk_reset(&disk);
	assert_int_equal(disk_volume(&disk).size, UINT64_MAX / 512 * 512);
}

/* Both halves of a change that goes over the end of a block; nothing where nothing changes. */
static void
changes_of_a_volume(void **state)
{
	const struct volume_change change[] = {{4094, 2, "ab"}, {4096, 2, "cd"}, {0, 1, "z"},
	        {512, 1, "y"}, {2048, 1, "x"}, {SIZE - 1, 1, "w"}};
	struct volume v;

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	ram_disk_open(&ram, bytes, sizeof(bytes), 512);
	ram_disk_writable(&ram, bytes);
	v = disk_volume(&ram.disk);
	ram.writes_left = 5;
	assert_true(volume_write(&v, change, 6));
	assert_int_equal(ram.writes_left, 0); /* 0 and 512 are one */
	assert_memory_equal(bytes + 4094, "abcd", 4);
	assert_int_equal(bytes[0] == 'z' && bytes[512] == 'y' && bytes[2048] == 'x', 1);
	assert_int_equal(bytes[SIZE - 1], 'w');
	assert_true(volume_write(&v, change, 6));
	assert_false(volume_write(&v, &(struct volume_change){SIZE, 1, "w"}, 1));
	assert_false(volume_write(&v, &(struct volume_change){SIZE - 1, 2, "wx"}, 1));
	assert_true(volume_write(&v, change, 0));
}

static void
crc32(void **state)
{
	const struct span all = {(const uint8_t *)"123456789", 9};

	(void)state;
	assert_int_equal(crc32_add(0, all), 0xcbf43926);
	assert_int_equal(crc32_add(crc32_add(0, (struct span){all.base, 4}),
	                         (struct span){all.base + 4, 5}),
	        0xcbf43926);
	assert_int_equal(crc32_add(0, (struct span){all.base, 0}), 0);
}

static void
guids(void **state)
{
	static const uint8_t id[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba,
	        0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
	char text[GUID_TEXT];

	(void)state;
	guid_text(id, text);
	assert_string_equal(text, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
	uuid_text(id, text);
	assert_string_equal(text, "28732ac1-1ff8-d211-ba4b-00a0c93ec93b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(parts, setup),
	        cmocka_unit_test_setup(bytes_of_a_block, setup),
	        cmocka_unit_test_setup(windows, setup),
	        cmocka_unit_test_setup(the_cache_forgets_the_oldest, setup),
	        cmocka_unit_test_setup(contents, setup),
	        cmocka_unit_test_setup(large_requests, setup),
	        cmocka_unit_test_setup(a_sector_that_fails, setup),
	        cmocka_unit_test(more_sectors_than_bytes),
	        cmocka_unit_test(changes_of_a_volume),
	        cmocka_unit_test(crc32),
	        cmocka_unit_test(guids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
