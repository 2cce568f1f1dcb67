/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory map: additions against a byte-per-address oracle, limits, squeezing, questions. */
#include "unit.h"

#include <string.h>

#include "stub/input/memmap.h"

#define SPACE 96 /* addresses of the oracle's small space */

static const uint32_t by_strength[] = {
        MEM_RAM, MEM_PMEM, MEM_ACPI, MEM_RESERVED, MEM_NVS, MEM_DISABLED, MEM_UNUSABLE};

static unsigned
strength(uint32_t type)
{
	for (unsigned i = 0; i < 7; i++) {
		if (by_strength[i] == type)
			return i + 1;
	}
	return 4; /* unknown: as reserved */
}

static uint32_t seed = 12345;

static uint32_t
pick(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void
add(struct memmap *map, uint64_t addr, uint64_t len, uint32_t type)
{
	struct refusal why;

	assert_int_equal(memmap_add(map, addr, len, type, &why), REFUSAL_NONE);
}

static void
assert_well_formed(const struct memmap *map)
{
	for (uint32_t i = 0; i < map->count; i++) {
		const struct mem_range *e = &map->entry[i];

		assert_true(e->range.len > 0);
		assert_true(range_fits(e->range.addr, e->range.len));
		if (!i)
			continue;
		assert_true(range_end(e[-1].range) <= e->range.addr);
		assert_false(range_end(e[-1].range) == e->range.addr && e[-1].type == e->type);
	}
}

/* The type at an address, 0 for a hole. */
static uint32_t
type_at(const struct memmap *map, uint64_t addr)
{
	for (uint32_t i = 0; i < map->count; i++) {
		const struct mem_range *e = &map->entry[i];

		if (addr >= e->range.addr && addr < range_end(e->range))
			return e->type;
	}
	return 0;
}

static void
random_additions(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct memmap map = {0};
		unsigned want[SPACE] = {0};
		uint32_t adds = 1 + pick(14);

		for (uint32_t n = 0; n < adds; n++) {
			uint32_t addr = pick(SPACE), len = pick(SPACE - addr + 1);
			uint32_t type = pick(10); /* 0, 8 and 9 are unknown */

			add(&map, addr, len, type);
			for (uint32_t i = addr; i < addr + len; i++) {
				if (strength(type) > want[i])
					want[i] = strength(type);
			}
		}
		assert_well_formed(&map);
		for (uint32_t i = 0; i < SPACE; i++) {
			uint32_t type = type_at(&map, i);

			assert_int_equal(type ? strength(type) : 0, want[i]);
		}
	}
}

static void
unknown_types_become_reserved(void **state)
{
	struct memmap map = {0};

	(void)state;
	add(&map, 0, 1, 0);
	add(&map, 2, 1, 8);
	add(&map, 4, 1, 0xffffffff);
	assert_int_equal(map.count, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(map.entry[i].type, MEM_RESERVED);
}

static void
ends_of_the_space(void **state)
{
	struct memmap map = {0};

	(void)state;
	add(&map, UINT64_MAX, 1, MEM_RAM);
	add(&map, 5, 0, MEM_RAM);
	assert_int_equal(map.count, 0);
	add(&map, UINT64_MAX - 1, UINT64_MAX, MEM_RAM);
	assert_int_equal(map.entry[0].range.addr, UINT64_MAX - 1);
	assert_int_equal(map.entry[0].range.len, 1);
	add(&map, 0, UINT64_MAX, MEM_RESERVED);
	assert_int_equal(map.count, 1);
	assert_int_equal(map.entry[0].type, MEM_RESERVED);
	assert_int_equal(map.entry[0].range.len, UINT64_MAX);
}

static void
fill(struct memmap *map, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		add(map, 16ull * i, 8, MEM_RAM);
}

static void
full_map(void **state)
{
	struct memmap map = {0}, before;
	struct refusal why = {0};

	(void)state;
	fill(&map, MEMMAP_MAX - 1);
	add(&map, 0x100000, 8, MEM_RAM);
	assert_int_equal(map.count, MEMMAP_MAX);
	before = map;
	assert_int_equal(memmap_add(&map, 0x200000, 8, MEM_RAM, &why), REFUSAL_MAP_FULL);
	assert_int_equal(why.found, MEMMAP_MAX + 1);
	assert_int_equal(why.wanted, MEMMAP_MAX);
	assert_int_equal(memmap_add(&map, 2, 2, MEM_NVS, &why), REFUSAL_MAP_FULL);
	assert_int_equal(why.found, MEMMAP_MAX + 2);
	assert_memory_equal(&map, &before, sizeof(map));
	add(&map, 8, 8, MEM_RAM); /* what merges still fits */
	assert_int_equal(map.count, MEMMAP_MAX - 1);
	add(&map, 0, 16 * 300, MEM_NVS);
	assert_int_equal(map.count, MEMMAP_MAX - 299);
	assert_well_formed(&map);
}

/* Pieces at the front grow the map beyond the limit before those behind shrink it. */
static void
full_map_that_shrinks_in_the_end(void **state)
{
	struct memmap map = {0};

	(void)state;
	for (uint32_t i = 0; i < 200; i++)
		add(&map, 16ull * i, 8, MEM_NVS);
	for (uint32_t i = 200; i < MEMMAP_MAX; i++)
		add(&map, 16ull * i, 8, MEM_RAM);
	assert_int_equal(map.count, MEMMAP_MAX);
	add(&map, 0, 16 * MEMMAP_MAX, MEM_RESERVED);
	assert_int_equal(map.count, 400);
	assert_well_formed(&map);
}

static void
questions(void **state)
{
	struct memmap map = {0};

	(void)state;
	assert_int_equal(memmap_ram_end(&map), 0);
	assert_int_equal(memmap_ram_size(&map), 0);
	add(&map, 0x1000, 0x1000, MEM_RAM);
	add(&map, 0x2000, 0x1000, MEM_RESERVED);
	add(&map, 0x4000, 0x1000, MEM_RAM);
	add(&map, 0x9000, 0x1000, MEM_PMEM);
	/* behind the count there is nothing, whatever lies there */
	map.entry[4] = (struct mem_range){{0xb000, 0x1000}, MEM_RAM};
	assert_false(memmap_is_ram(&map, (struct range){0xb000, 1}));
	map.entry[4] = (struct mem_range){{0xc000, 0x1000}, MEM_NVS};
	assert_null(memmap_blocker(&map, (struct range){0xc000, 1}));
	assert_int_equal(memmap_ram_end(&map), 0x5000);
	assert_int_equal(memmap_ram_size(&map), 0x2000);
	assert_true(memmap_is_ram(&map, (struct range){0x1000, 0x1000}));
	assert_false(memmap_is_ram(&map, (struct range){0x1000, 0x1001}));
	assert_false(memmap_is_ram(&map, (struct range){0xfff, 2}));
	assert_false(memmap_is_ram(&map, (struct range){0x2000, 1}));
	assert_false(memmap_is_ram(&map, (struct range){0x3000, 1}));
	assert_null(memmap_blocker(&map, (struct range){0x3000, 0x2000}));
	assert_null(memmap_blocker(&map, (struct range){0x1000, 0x1000}));
	assert_ptr_equal(memmap_blocker(&map, (struct range){0x1000, 0x1001}), &map.entry[1]);
	assert_ptr_equal(memmap_blocker(&map, (struct range){0x4000, 0x8000}), &map.entry[3]);
}

static void
squeeze_takes_the_smallest_hole_first(void **state)
{
	struct memmap map = {0};
	struct refusal why = {0};

	(void)state;
	add(&map, 0x0000, 0x1000, MEM_RAM);
	add(&map, 0x1000, 0x1000, MEM_RESERVED);
	add(&map, 0x9000, 0x1000, MEM_RESERVED);
	add(&map, 0xb000, 0x1000, MEM_ACPI);
	add(&map, 0xc000, 0x1000, MEM_NVS);
	add(&map, 0xd000, 0x1000, MEM_RESERVED);
	add(&map, 0xe000, 0x1000, MEM_RAM);
	assert_int_equal(map.count, 7);

	assert_int_equal(memmap_squeeze(&map, 7, &why), REFUSAL_NONE);
	assert_int_equal(map.count, 7);
	assert_int_equal(memmap_squeeze(&map, 6, &why), REFUSAL_NONE);
	assert_int_equal(map.count, 5); /* the three that touch become one at once */
	assert_int_equal(map.entry[3].range.addr, 0xb000);
	assert_int_equal(map.entry[3].range.len, 0x3000);
	assert_int_equal(map.entry[3].type, MEM_RESERVED);
	assert_int_equal(memmap_squeeze(&map, 4, &why), REFUSAL_NONE);
	assert_int_equal(map.entry[2].range.addr, 0x9000);
	assert_int_equal(map.entry[2].range.len, 0x5000);
	assert_int_equal(memmap_squeeze(&map, 3, &why), REFUSAL_NONE);
	assert_int_equal(map.count, 3);
	assert_int_equal(memmap_ram_size(&map), 0x2000);
	assert_well_formed(&map);

	assert_int_equal(memmap_squeeze(&map, 2, &why), REFUSAL_MAP_TOO_MANY);
	assert_int_equal(why.found, 3);
	assert_int_equal(why.wanted, 2);
}

static void
squeeze_stops_at_the_count(void **state)
{
	struct memmap map = {0};
	struct refusal why = {0};

	(void)state;
	add(&map, 0x1000, 0x1000, MEM_ACPI);
	add(&map, 0x2000, 0x1000, MEM_NVS);
	map.entry[2] = (struct mem_range){{0x3000, 0x1000}, MEM_RESERVED};
	assert_int_equal(memmap_squeeze(&map, 1, &why), REFUSAL_NONE);
	assert_int_equal(map.count, 1);
	assert_int_equal(map.entry[0].range.len, 0x2000);
}

static void
squeeze_keeps_pmem(void **state)
{
	struct memmap map = {0};
	struct refusal why = {0};

	(void)state;
	add(&map, 0x1000, 0x1000, MEM_RESERVED);
	add(&map, 0x2000, 0x1000, MEM_PMEM);
	add(&map, 0x3000, 0x1000, MEM_RESERVED);
	assert_int_equal(memmap_squeeze(&map, 2, &why), REFUSAL_MAP_TOO_MANY);
	assert_int_equal(map.count, 3);
}

/* Whatever is squeezed stays well formed, keeps RAM and PMEM, and grows less usable only. */
static void
random_squeezes(void **state)
{
	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct memmap map = {0}, before;
		struct refusal why = {0};
		uint32_t limit;
		enum refusal_code code;

		for (uint32_t n = 0; n < 20; n++) {
			uint32_t addr = pick(SPACE);

			add(&map, addr, pick(SPACE - addr < 8 ? SPACE - addr : 8), 1 + pick(7));
		}
		before = map;
		limit = map.count ? pick(map.count) : 0;
		code = memmap_squeeze(&map, limit, &why);
		assert_true(code ? map.count > limit : map.count <= limit);
		assert_well_formed(&map);
		for (uint32_t i = 0; i < SPACE; i++) {
			uint32_t old = type_at(&before, i), now = type_at(&map, i);

			if (old == MEM_RAM || old == MEM_PMEM || now != MEM_RESERVED)
				assert_int_equal(now, old);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(random_additions),
	        cmocka_unit_test(unknown_types_become_reserved),
	        cmocka_unit_test(ends_of_the_space),
	        cmocka_unit_test(full_map),
	        cmocka_unit_test(full_map_that_shrinks_in_the_end),
	        cmocka_unit_test(questions),
	        cmocka_unit_test(squeeze_takes_the_smallest_hole_first),
	        cmocka_unit_test(squeeze_stops_at_the_count),
	        cmocka_unit_test(squeeze_keeps_pmem),
	        cmocka_unit_test(random_squeezes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
