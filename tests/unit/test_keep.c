/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of what must stay: sorted, joined, and never short of a range. */
#include "unit.h"

#include "stub/input/keep.h"

#define MAX 8

static struct named_range range[MAX + 1];
static struct memmap map;
static struct keep keep;

static void
empty(uint32_t max)
{
	keep = (struct keep){.range = range, .max = max};
	range[max].name = "untouched";
}

static void
add(uint64_t addr, uint64_t len)
{
	keep_add(&keep, "test", (struct range){addr, len});
}

static void
assert_range(uint32_t i, uint64_t addr, uint64_t len)
{
	assert_in_range(i, 0, keep.count - 1);
	assert_int_equal(range[i].range.addr, addr);
	assert_int_equal(range[i].range.len, len);
}

static void
sorted_and_joined(void **state)
{
	(void)state;
	empty(MAX);
	add(0x9000, 0x10);
	add(0x1000, 0x10);
	add(0x5000, 0x1000);
	add(0x5800, 0x10);   /* inside */
	add(0xffff0000, 0);  /* empty */
	add(UINT64_MAX, 16); /* passes the end */
	assert_int_equal(keep.count, 3);
	assert_range(0, 0x1000, 0x10);
	assert_range(1, 0x5000, 0x1000);
	assert_range(2, 0x9000, 0x10);
	add(0x7000, 0x10); /* a page from the one before, more from the next */
	assert_int_equal(keep.count, 3);
	assert_range(1, 0x5000, 0x2010);
	add(0x1800, 0x8000); /* reaches all */
	assert_int_equal(keep.count, 1);
	assert_range(0, 0x1000, 0x8800);
	assert_string_equal(range[0].name, "test");
}

/* Far more than there is room for, in any order: each is covered, and the list is never full.
 */
static void
none_is_dropped(void **state)
{
	(void)state;
	for (uint32_t max = 2; max <= MAX; max++) {
		empty(max);
		for (uint64_t i = 0; i < 1000; i++)
			add(i * 7919 % 1000 * MIB, 0x123);
		assert_in_range(keep.count, 1, max - 1);
		assert_string_equal(range[max].name, "untouched");
		for (uint64_t at = 0, n = 0; at < 1000 * MIB; at += MIB) {
			struct range r = {at, 0x123};

			while (n < keep.count && range_end(range[n].range) <= at)
				n++;
			assert_true(n < keep.count && range_contains(range[n].range, r));
		}
	}
}

/* The closest two become one, not the last. */
static void
closest(void **state)
{
	(void)state;
	empty(4);
	add(0x100000, 0x1000);
	add(0x900000, 0x1000);
	add(0x500000, 0x1000);
	add(0x503000, 0x1000);
	assert_int_equal(keep.count, 3);
	assert_range(0, 0x100000, 0x1000);
	assert_range(1, 0x500000, 0x4000);
	assert_range(2, 0x900000, 0x1000);
}

static void
only_in_ram(void **state)
{
	struct refusal why;

	(void)state;
	empty(MAX);
	map.count = 0;
	assert_int_equal(memmap_add(&map, MIB, MIB, MEM_RAM, &why), 0);
	assert_int_equal(memmap_add(&map, 2 * MIB, MIB, MEM_ACPI, &why), 0);
	keep.map = &map;
	add(MIB - 16, 16);
	add(2 * MIB, MIB);
	add(8 * MIB, 1);
	assert_int_equal(keep.count, 0);
	add(MIB - 16, 17);
	add(2 * MIB - 1, 16);
	assert_int_equal(keep.count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sorted_and_joined),
	        cmocka_unit_test(none_is_dropped),
	        cmocka_unit_test(closest),
	        cmocka_unit_test(only_in_ram),
	};

	return cmocka_run_group_tests_name("keep", tests, NULL, NULL);
}
