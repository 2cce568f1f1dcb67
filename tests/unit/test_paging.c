/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables, walked in software as a CPU would: identity inside the ranges, nothing outside.
 */
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stub/handoff/paging.h"

#define CR3  0x12345000ull
#define NONE UINT64_MAX

struct tables {
	uint8_t *bytes;
	uint64_t len;
};

static uint64_t
entry_at(const struct tables *t, uint64_t table, uint64_t index)
{
	uint64_t e;

	assert_int_equal(table % 4096, 0);
	assert_in_range(table, CR3, CR3 + t->len - 4096);
	memcpy(&e, t->bytes + (table - CR3) + index * 8, 8);
	return e;
}

/* An entry that is present must be writable, executable and have no bits but PS besides. */
static void
assert_flags(uint64_t e, bool page)
{
	assert_int_equal(e & 0xfff0000000000fffull, page ? 0x83 : 0x03);
}

/* The physical address that `va` leads to, or NONE. */
static uint64_t
walk(const struct tables *t, uint64_t va, bool gb_pages)
{
	uint64_t e = entry_at(t, CR3, va >> 39 & 511);

	if (!e)
		return NONE;
	assert_flags(e, false);
	e = entry_at(t, e & ~0xfffull, va >> 30 & 511);
	if (!e)
		return NONE;
	assert_flags(e, gb_pages);
	if (gb_pages) {
		assert_int_equal(e & (GIB - 1), 0x83);
		return (e & ~(GIB - 1)) | (va & (GIB - 1));
	}
	e = entry_at(t, e & ~0xfffull, va >> 21 & 511);
	if (!e)
		return NONE;
	assert_flags(e, true);
	assert_int_equal(e & (2 * MIB - 1), 0x83);
	return (e & ~(2 * MIB - 1)) | (va & (2 * MIB - 1));
}

/* 1-GiB pages also map what is left of the last GiB. */
static bool
inside(const struct range *ranges, uint32_t count, uint64_t addr, bool gb_pages)
{
	uint64_t unit = gb_pages ? GIB : 1;

	for (uint32_t i = 0; i < count; i++) {
		if (addr >= ranges[i].addr && addr - addr % unit < range_end(ranges[i]))
			return true;
	}
	return false;
}

static void
assert_walk(const struct tables *t, const struct range *ranges, uint32_t count, bool gb_pages,
        uint64_t addr)
{
	uint64_t want = inside(ranges, count, addr, gb_pages) ? addr : NONE;

	if (addr >= 1ull << 48) /* beyond what four levels reach */
		return;
	assert_true(walk(t, addr, gb_pages) == want);
}

static void
check(const struct range *ranges, uint32_t count, bool gb_pages, uint64_t want_len)
{
	struct tables t = {.len = paging_len(ranges, count, gb_pages)};

	assert_int_equal(t.len, want_len);
	t.bytes = calloc(1, t.len);
	paging_write(ranges, count, gb_pages, CR3, t.bytes);
	for (uint32_t i = 0; i < count; i++) {
		struct range r = ranges[i];

		for (uint64_t at = r.addr; at < range_end(r); at += 2 * MIB) {
			assert_walk(&t, ranges, count, gb_pages, at);
			assert_walk(&t, ranges, count, gb_pages, at + 2 * MIB - 1);
		}
		assert_walk(&t, ranges, count, gb_pages, r.addr - 1);
		assert_walk(&t, ranges, count, gb_pages, range_end(r));
	}
	for (uint64_t gib = 0; gib < 2048; gib++)
		assert_walk(&t, ranges, count, gb_pages, gib * GIB);
	free(t.bytes);
}

static void
both(const struct range *ranges, uint32_t count, uint64_t gibs, uint64_t pdpts)
{
	check(ranges, count, false, 4096 * (1 + pdpts + gibs));
	check(ranges, count, true, 4096 * (1 + pdpts));
}

static void
one_gib(void **state)
{
	const struct range r[] = {{0, GIB}};

	(void)state;
	both(r, 1, 1, 1);
}

static void
several_ranges_share_a_pdpt(void **state)
{
	const struct range r[] = {
	        {0, 4 * GIB}, {6 * GIB, GIB}, {7 * GIB, GIB}, {511 * GIB, GIB}};

	(void)state;
	both(r, 4, 7, 1);
}

static void
ranges_in_several_pdpts(void **state)
{
	const struct range r[] = {{0, GIB}, {510 * GIB, 4 * GIB}, {515 * GIB, GIB},
	        {1536 * GIB, GIB}, {(1ull << 48) - 2 * GIB, 2 * GIB}};

	(void)state;
	both(r, 5, 9, 4);
}

static void
a_range_over_three_pdpts(void **state)
{
	const struct range r[] = {{511 * GIB, 514 * GIB}};

	(void)state;
	both(r, 1, 514, 3);
}

/* The last GiB of a range need not be whole: 16 MiB are one turn of eight pages. */
static void
a_part_of_a_gib(void **state)
{
	const struct range one[] = {{0, 16 * MIB}};
	const struct range r[] = {
	        {0, GIB + 512 * MIB}, {2 * GIB, GIB - 16 * MIB}, {511 * GIB, GIB + 32 * MIB}};

	(void)state;
	both(one, 1, 1, 1);
	both(r, 3, 5, 2);
}

static void
nothing_mapped(void **state)
{
	const struct range empty = {0, 0};

	(void)state;
	both(NULL, 0, 0, 0);
	both(&empty, 1, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_gib),
	        cmocka_unit_test(several_ranges_share_a_pdpt),
	        cmocka_unit_test(ranges_in_several_pdpts),
	        cmocka_unit_test(a_range_over_three_pdpts),
	        cmocka_unit_test(a_part_of_a_gib),
	        cmocka_unit_test(nothing_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
