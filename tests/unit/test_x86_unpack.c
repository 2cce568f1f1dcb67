/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packed part of kshim.rom: what tools/pack-rom packs x86/rom/unpack.asm unpacks to the
 * same.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/put_file.h"
#include "unit.h"

#define ROM  0x10000u
#define TAIL 128u /* bytes at the end that are not for the packed part */
#define HOT  16u  /* bytes in front of its length */

void unpack(void *dst, const void *src); /* x86/rom/unpack.asm */

static size_t
read_file(const char *name, uint8_t *ret_data, size_t room)
{
	FILE *f = fopen(name, "rb");
	size_t len;

	assert_non_null(f);
	len = fread(ret_data, 1, room, f);
	assert_int_equal(fclose(f), 0);
	return len;
}

/* Put `cold` into a ROM of HOT bytes and filling; false if pack-rom says that it is full. */
static bool
pack(const uint8_t *cold, size_t len, uint8_t *ret_rom)
{
	char dir[] = "/tmp/kshim-unpack-XXXXXX", hot_name[64], cold_name[64], out[64],
	     line[256];
	int status;

	assert_non_null(mkdtemp(dir));
	snprintf(hot_name, sizeof(hot_name), "%s/hot", dir);
	snprintf(cold_name, sizeof(cold_name), "%s/cold", dir);
	snprintf(out, sizeof(out), "%s/rom", dir);
	memset(ret_rom, 0xff, ROM);
	memset(ret_rom, 0x90, HOT);
	memset(ret_rom + HOT, 0, 4);
	put_file(hot_name, ret_rom, ROM);
	put_file(cold_name, cold, len);
	snprintf(line, sizeof(line), "tools/pack-rom %s %s %s 2>%s/said", hot_name, cold_name,
	        out, dir);
	status = system(line);
	if (!status)
		assert_int_equal(read_file(out, ret_rom, ROM), ROM);
	snprintf(line, sizeof(line), "rm -r %s", dir);
	assert_int_equal(system(line), 0);
	return !status;
}

/* Returns the packed length. */
static uint32_t
check(const uint8_t *cold, size_t len)
{
	static uint8_t rom[ROM], out[2 * ROM];
	uint32_t packed;

	assert_true(pack(cold, len, rom));
	memcpy(&packed, rom + HOT, sizeof(packed));
	assert_in_range(packed, 1, ROM - TAIL - HOT - 4);
	memset(out, 0xa5, sizeof(out));
	unpack(out, rom + HOT + 4);
	assert_memory_equal(out, cold, len);
	for (size_t i = len; i < sizeof(out); i++)
		assert_int_equal(out[i], 0xa5);
	return packed;
}

static void
test_code(void **state)
{
	static uint8_t code[60000];
	size_t len = read_file("/proc/self/exe", code, sizeof(code));

	(void)state;
	assert_int_equal(len, sizeof(code));
	assert_true(check(code, len) < len * 3 / 4);
}

static void
test_repeats(void **state)
{
	static uint8_t data[20000];

	(void)state;
	assert_true(check(data, sizeof(data)) < sizeof(data) / 50);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i / 300 ^ i % 300); /* far distances, and the same again */
	check(data, sizeof(data));
}

static void
test_noise(void **state)
{
	static uint8_t data[ROM];
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (uint8_t)(x >> 24);
	}
	check(data, 60000);
	for (size_t len = 1; len < 20; len++)
		check(data, len);
}

static void
test_full(void **state)
{
	static uint8_t data[ROM], rom[ROM];
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (uint8_t)(x >> 24);
	}
	assert_false(pack(data, ROM - TAIL - HOT - 4, rom)); /* noise does not get shorter */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_code),
	        cmocka_unit_test(test_repeats),
	        cmocka_unit_test(test_noise),
	        cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
