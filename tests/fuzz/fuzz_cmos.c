/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the CMOS RAM of a clock: the map is sorted and disjoint, has RAM from 1 MiB on,
 * and none where QEMU's PCs have devices.
 */
#include "tests/fuzz/fuzz.h"

#include "x86/pc/cmos.h"

#define HOLE_START 0xf0000000ull

static struct span cmos;

static uint8_t
read_cmos(uint8_t reg)
{
	return reg < cmos.size ? cmos.base[reg] : 0xff;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct memmap map;
	struct refusal why;

	cmos = (struct span){data, size};
	map.count = 0;
	if (cmos_map(read_cmos, &map, &why)) {
		REQUIRE(why.code == REFUSAL_MAP_NONE && !map.count);
		return 0;
	}
	REQUIRE(map.count == 2 || map.count == 3);
	REQUIRE(memmap_is_ram(&map, (struct range){MIB, 1}));
	for (uint32_t i = 0; i < map.count; i++) {
		struct range r = map.entry[i].range;

		REQUIRE(r.len && range_fits(r.addr, r.len) && map.entry[i].type == MEM_RAM);
		REQUIRE(range_end(r) <= HOLE_START || r.addr == 4 * GIB);
		REQUIRE(!i || range_end(map.entry[i - 1].range) < r.addr);
	}
	return 0;
}
