/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as UEFI's memory map: what comes out is sorted and disjoint, and no page is RAM
 * that a descriptor says to be something else, nor free that boot services use.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/efi_map.h"

#define DESC       40
#define FREE       7 /* EfiConventionalMemory */
#define BOOT_FIRST 1 /* EfiLoaderCode to EfiBootServicesData */
#define BOOT_LAST  4
#define SPECIAL    (1ull << 18 | 1ull << 63)

static void
check_order(const struct efi_map *m)
{
	for (uint32_t i = 0; i < m->map.count; i++) {
		REQUIRE(m->map.entry[i].range.len);
		REQUIRE(!i ||
		        range_end(m->map.entry[i - 1].range) <= m->map.entry[i].range.addr);
	}
	for (uint32_t i = 0; i < m->nr_busy; i++) {
		REQUIRE(m->busy[i].range.len);
		REQUIRE(!i || range_end(m->busy[i - 1].range) < m->busy[i].range.addr);
	}
}

static bool
is_busy(const struct efi_map *m, struct range page)
{
	for (uint32_t i = 0; i < m->nr_busy; i++) {
		if (range_contains(m->busy[i].range, page))
			return true;
	}
	return false;
}

/* The first and the last page of a descriptor, against the whole map. */
static void
check_page(const struct efi_map *m, struct range page, uint32_t type, uint64_t attributes)
{
	bool boot = type >= BOOT_FIRST && type <= BOOT_LAST, special = attributes & SPECIAL;

	if ((!boot && type != FREE) || special)
		REQUIRE(!memmap_is_ram(&m->map, page));
	if (boot && !special)
		REQUIRE(is_busy(m, page));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct efi_map m;
	struct feed f = {data, size};
	uint64_t desc_size = feed_number(&f, 1);
	struct span raw = feed_span(&f, f.size);
	struct refusal why;

	if (efi_map_read(raw, desc_size, &m, &why)) {
		REQUIRE(why.code == REFUSAL_EFI_MAP || why.code == REFUSAL_MAP_FULL);
		return 0;
	}
	check_order(&m);
	for (uint64_t off = 0; off + DESC <= raw.size; off += desc_size) {
		uint64_t addr = span_le64(raw, off + 8), len = span_le64(raw, off + 24) * PAGE;
		struct range first = {addr, PAGE}, last = {addr + len - PAGE, PAGE};

		if (!len)
			continue;
		check_page(&m, first, span_le32(raw, off), span_le64(raw, off + 32));
		check_page(&m, last, span_le32(raw, off), span_le64(raw, off + 32));
	}
	return 0;
}
