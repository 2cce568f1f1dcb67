/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a memory map and as an initramfs: a map that is taken is sorted, disjoint and
 * has RAM, a refusal names a line that exists and what is wanted there; a walk over archives
 * ends inside the file, and with a finding wherever it gives up.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tools/plan/cpio.h"
#include "tools/plan/map.h"

static void
check_map(const struct memmap *map)
{
	uint64_t end = 0;

	REQUIRE(map->count <= MEMMAP_MAX);
	for (uint32_t i = 0; i < map->count; i++) {
		const struct range *r = &map->entry[i].range;

		REQUIRE(r->len && r->addr >= end && range_fits(r->addr, r->len));
		end = range_end(*r);
	}
	REQUIRE(memmap_ram_size(map) > 0);
}

static void
check_efi(const struct given_map *g)
{
	REQUIRE(g->efi.nr_busy <= EFI_MAP_BUSY && g->loaders <= PLAN_BLOBS);
	for (uint32_t i = 0; i < g->efi.nr_busy; i++)
		REQUIRE(g->efi.busy[i].range.len && !(g->efi.busy[i].range.addr & (PAGE - 1)));
}

static void
try_map(const uint8_t *data, size_t size)
{
	static struct given_map given;
	struct map_error e = {.line = UINT32_MAX};
	uint32_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (!map_parse((struct span){data, size}, &given, &e)) {
		REQUIRE(e.line <= lines && e.wanted && memchr(e.found, 0, sizeof(e.found)));
		return;
	}
	REQUIRE(given.kind != GIVEN_NOTHING && given.what);
	if (given.kind != GIVEN_TREE)
		check_map(&given.map);
	if (given.kind == GIVEN_EFI)
		check_efi(&given);
}

static void
try_cpio(const uint8_t *data, size_t size)
{
	static struct findings findings;
	struct cpio c = {.path = "x", .findings = &findings};
	uint64_t end = UINT64_MAX;
	bool good;

	findings.count = findings.lost = 0;
	good = cpio_walk_all(&c, (struct span){data, size}, 0, &end);
	REQUIRE(good ? end <= size : findings_have_error(&findings) || findings.lost);
	REQUIRE(!good || end == size || data[end] != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_map(data, size);
	try_cpio(data, size);
	return 0;
}
