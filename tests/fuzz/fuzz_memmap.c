/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random ranges into a map of 64 units of memory, against one that keeps a type for each unit;
 * then the map made shorter: no RAM is lost, none appears.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/memmap.h"

#define UNITS 64

/* From the most usable on; 0 is a hole. */
static const uint32_t order[] = {
        MEM_RAM, MEM_PMEM, MEM_ACPI, MEM_RESERVED, MEM_NVS, MEM_UNUSABLE, MEM_DISABLED};

static unsigned
rank(uint32_t type)
{
	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (order[i] == type)
			return i + 1;
	}
	return 0;
}

static uint32_t
type_at(const struct memmap *map, uint64_t unit)
{
	uint32_t type = 0;

	for (uint32_t i = 0; i < map->count; i++) {
		if (range_contains(map->entry[i].range, (struct range){unit, 1}))
			type = map->entry[i].type;
	}
	return type;
}

static void
check_shape(const struct memmap *map)
{
	for (uint32_t i = 0; i < map->count; i++) {
		const struct mem_range *e = &map->entry[i];

		REQUIRE(e->range.len && rank(e->type));
		REQUIRE(!i || range_end(e[-1].range) <= e->range.addr);
		REQUIRE(!i || range_end(e[-1].range) < e->range.addr || e[-1].type != e->type);
	}
}

/* Units of unusable and of disabled memory are alike: the map may say either. */
static bool
same_type(uint32_t a, uint32_t b)
{
	return a == b || (rank(a) >= rank(MEM_UNUSABLE) && rank(b) >= rank(MEM_UNUSABLE));
}

static void
check_squeeze(struct memmap *map, const uint32_t *unit, uint32_t limit)
{
	struct memmap before = *map;
	struct refusal why;

	if (memmap_squeeze(map, limit, &why))
		REQUIRE(why.code == REFUSAL_MAP_TOO_MANY && why.wanted == limit);
	else
		REQUIRE(map->count <= limit);
	REQUIRE(memmap_ram_size(map) == memmap_ram_size(&before));
	REQUIRE(memmap_ram_end(map) == memmap_ram_end(&before));
	for (uint64_t i = 0; i < UNITS; i++)
		REQUIRE((type_at(map, i) == MEM_RAM) == (unit[i] == MEM_RAM));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct memmap map;
	uint32_t unit[UNITS] = {0}, limit;
	struct feed f = {data, size};
	struct refusal why;

	map.count = 0;
	limit = (uint32_t)feed_number(&f, 1) % 16;
	while (f.size) {
		uint64_t addr = feed_number(&f, 1) % UNITS, len = feed_number(&f, 1) % UNITS;
		uint32_t type = order[feed_number(&f, 1) % 7];

		if (addr + len > UNITS)
			len = UNITS - addr;
		REQUIRE(!memmap_add(&map, addr, len, type, &why));
		for (uint64_t i = addr; i < addr + len; i++) {
			if (rank(type) > rank(unit[i]))
				unit[i] = type;
		}
	}
	check_shape(&map);
	for (uint64_t i = 0; i < UNITS; i++)
		REQUIRE(same_type(type_at(&map, i), unit[i]));
	check_squeeze(&map, unit, limit);
	return 0;
}
