/* SPDX-License-Identifier: BSD-2-Clause */
/* UEFI's memory map: captured ones, each type, what is busy, damaged descriptors. */
#include "unit.h"

#include <string.h>

#include "stub/input/efi_map.h"

#define DESC 48 /* as OVMF has it: longer than the specification's 40 */

static uint8_t raw[(EFI_MAP_BUSY + 64) * DESC];
static uint64_t raw_len;
static struct efi_map got;
static struct refusal why;

static void
put(uint64_t v, uint64_t off, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		raw[off + i] = (uint8_t)(v >> (8 * i));
}

static void
add(uint32_t type, uint64_t addr, uint64_t pages, uint64_t attributes)
{
	memset(raw + raw_len, 0xa5, DESC);
	put(type, raw_len, 4);
	put(addr, raw_len + 8, 8);
	put(pages, raw_len + 24, 8);
	put(attributes, raw_len + 32, 8);
	raw_len += DESC;
}

static enum refusal_code
convert(void)
{
	struct span s = {raw, raw_len};

	return efi_map_read(s, DESC, &got, &why);
}

static int
setup(void **state)
{
	(void)state;
	raw_len = 0;
	return 0;
}

static void
assert_entry(uint32_t i, uint64_t addr, uint64_t len, uint32_t type)
{
	assert_in_range(i, 0, got.map.count - 1);
	assert_int_equal(got.map.entry[i].range.addr, addr);
	assert_int_equal(got.map.entry[i].range.len, len);
	assert_int_equal(got.map.entry[i].type, type);
}

/* What OVMF gives on q35 with 128 MiB, its low part and its top. */
static void
captured(void **state)
{
	static const struct {
		uint32_t type;
		uint64_t addr, pages;
	} desc[] = {{3, 0, 1}, {7, 0x1000, 0x9f}, {7, 0x100000, 0x700}, {4, 0x800000, 6},
	        {10, 0x806000, 2}, {7, 0x808000, 8}, {10, 0x810000, 0xf0}, {4, 0x900000, 0xc00},
	        {7, 0x1500000, 0x4000}, {2, 0x5500000, 0x100}, {1, 0x5600000, 0x10},
	        {6, 0x5610000, 0x20}, {5, 0x5630000, 0x10}, {0, 0x5640000, 0x30},
	        {9, 0x5670000, 8}, {3, 0x5678000, 0x100}, {11, 0xffc00000, 0x400}};

	(void)state;
	for (unsigned i = 0; i < sizeof(desc) / sizeof(desc[0]); i++)
		add(desc[i].type, desc[i].addr, desc[i].pages, 0xf);
	assert_int_equal(convert(), REFUSAL_NONE);
	assert_int_equal(got.map.count, 10);
	assert_entry(0, 0, 0xa0000, MEM_RAM);
	assert_entry(1, 0x100000, 0x706000, MEM_RAM);
	assert_entry(2, 0x806000, 0x2000, MEM_NVS);
	assert_entry(3, 0x808000, 0x8000, MEM_RAM);
	assert_entry(4, 0x810000, 0xf0000, MEM_NVS);
	assert_entry(5, 0x900000, 0x4d10000, MEM_RAM);
	assert_entry(6, 0x5610000, 0x60000, MEM_RESERVED);
	assert_entry(7, 0x5670000, 0x8000, MEM_ACPI);
	assert_entry(8, 0x5678000, 0x100000, MEM_RAM);
	assert_entry(9, 0xffc00000, 0x400000, MEM_RESERVED);
	assert_int_equal(got.nr_busy, 5);
	assert_int_equal(got.busy[3].range.addr, 0x5500000);
	assert_int_equal(got.busy[3].range.len, 0x110000);
}

struct descriptor {
	uint32_t type;
	uint64_t addr, pages;
};

static const struct real_map {
	const char *name;
	uint64_t mib; /* of the machine */
	struct descriptor desc[160];
} real[] = {
#define MAP(name, mib)                                                                         \
	{                                                                                      \
		name, mib,                                                                     \
		{
#define D(type, addr, pages) {type, addr, pages},
#define END                                                                                    \
	}                                                                                      \
	}                                                                                      \
	,
#include "efi_maps.def"
#undef MAP
#undef D
#undef END
};

/* What the UEFI specification's table 7.10 makes of a type, for those that OVMF has. */
static bool
free_after_exit(uint32_t type)
{
	return type == 1 || type == 2 || type == 3 || type == 4 || type == 7;
}

/* Is every page of `d` in an entry that fits its type, and busy if it is in use till then? */
static void
assert_found(const struct descriptor *d)
{
	struct range r = {d->addr, d->pages * 4096};
	bool in_entry = false, is_busy = false;

	for (uint32_t i = 0; i < got.map.count; i++) {
		const struct mem_range *e = &got.map.entry[i];

		if (r.addr < e->range.addr || range_end(r) > range_end(e->range))
			continue;
		in_entry = true;
		assert_int_equal(e->type == MEM_RAM, free_after_exit(d->type));
		assert_int_equal(e->type == MEM_ACPI, d->type == 9);
		assert_int_equal(e->type == MEM_NVS, d->type == 10);
	}
	for (uint32_t i = 0; i < got.nr_busy; i++)
		is_busy |= got.busy[i].range.addr < range_end(r) &&
		           r.addr < range_end(got.busy[i].range);
	assert_true(in_entry);
	assert_int_equal(is_busy, free_after_exit(d->type) && d->type != 7);
}

static void
real_maps(void **state)
{
	static uint8_t bytes[160 * DESC];

	(void)state;
	for (unsigned m = 0; m < sizeof(real) / sizeof(real[0]); m++) {
		uint64_t wanted = 0, ram = 0, all = 0, count = 0;

		for (const struct descriptor *d = real[m].desc; d->pages; d++) {
			raw_len = 0;
			add(d->type, d->addr, d->pages, 0xf);
			memcpy(bytes + count++ * DESC, raw, DESC);
			wanted += d->pages * 4096;
		}
		assert_in_range(count, 100, 159);
		assert_int_equal(
		        efi_map_read((struct span){bytes, count * DESC}, DESC, &got, &why),
		        REFUSAL_NONE);
		for (uint32_t i = 0; i < got.map.count; i++) {
			all += got.map.entry[i].range.len;
			if (got.map.entry[i].type == MEM_RAM)
				ram += got.map.entry[i].range.len;
		}
		assert_int_equal(all, wanted);
		assert_in_range(ram, (real[m].mib - 40) << 20, real[m].mib << 20);
		for (const struct descriptor *d = real[m].desc; d->pages; d++)
			assert_found(d);
	}
}

static void
every_type(void **state)
{
	static const uint32_t wanted[] = {2, 1, 1, 1, 1, 2, 2, 1, 5, 3, 4, 2, 2, 2, 7, 2, 2};

	(void)state;
	for (uint32_t type = 0; type < 17; type++) {
		raw_len = 0;
		add(type, 0x100000, 1, 0xf);
		assert_int_equal(convert(), REFUSAL_NONE);
		assert_entry(0, 0x100000, 4096, wanted[type]);
		assert_int_equal(got.nr_busy, wanted[type] == 1 && type != 7);
	}
}

static void
special_memory_is_not_ram(void **state)
{
	(void)state;
	add(7, 0x100000, 1, 1ull << 18);
	add(4, 0x200000, 1, 1ull << 63);
	assert_int_equal(convert(), REFUSAL_NONE);
	assert_entry(0, 0x100000, 4096, MEM_RESERVED);
	assert_entry(1, 0x200000, 4096, MEM_RESERVED);
	assert_int_equal(got.nr_busy, 0);
}

static void
busy_is_joined_in_any_order(void **state)
{
	(void)state;
	add(4, 0x300000, 0x100, 0xf);
	add(3, 0x100000, 0x100, 0xf);
	add(1, 0x200000, 0x100, 0xf);
	add(2, 0x500000, 1, 0xf);
	assert_int_equal(convert(), REFUSAL_NONE);
	assert_int_equal(got.nr_busy, 2);
	assert_int_equal(got.busy[0].range.addr, 0x100000);
	assert_int_equal(got.busy[0].range.len, 0x300000);
	assert_int_equal(got.busy[1].range.addr, 0x500000);
}

static void
more_than_128_ranges(void **state)
{
	static uint8_t many[300 * DESC];

	(void)state;
	for (uint64_t i = 0; i < 300; i++) {
		raw_len = 0;
		add(i & 1 ? 4 : 6, 0x100000 + i * 4096, 1, 0xf);
		memcpy(many + i * DESC, raw, DESC);
	}
	assert_int_equal(efi_map_read((struct span){many, sizeof(many)}, DESC, &got, &why),
	        REFUSAL_NONE);
	assert_int_equal(got.map.count, 300);
	assert_int_equal(got.nr_busy, 150);
}

static void
damaged(void **state)
{
	(void)state;
	add(7, 0x100000, 1, 0xf);
	assert_int_equal(
	        efi_map_read((struct span){raw, raw_len}, 39, &got, &why), REFUSAL_EFI_MAP);
	assert_int_equal(efi_map_read((struct span){raw, raw_len - 1}, DESC, &got, &why),
	        REFUSAL_EFI_MAP);
	assert_int_equal(efi_map_read((struct span){raw, 40}, 40, &got, &why), REFUSAL_NONE);
	put(0x100001, 8, 8);
	assert_int_equal(convert(), REFUSAL_EFI_MAP);
	assert_int_equal(why.where, 8);
	put(0x100000, 8, 8);
	put(UINT64_MAX / 4096 + 1, 24, 8);
	assert_int_equal(convert(), REFUSAL_EFI_MAP);
	assert_int_equal(why.where, 24);
	put((UINT64_MAX - 0x100000) / 4096 + 1, 24, 8);
	assert_int_equal(convert(), REFUSAL_EFI_MAP);
	put((UINT64_MAX - 0x100000) / 4096, 24, 8);
	assert_int_equal(convert(), REFUSAL_NONE);
}

/* Pages of boot services, apart from each other: as many as there is room for, one more. */
static void
busy_is_full(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < EFI_MAP_BUSY; i++)
		add(4, 0x100000 + i * 0x2000, 1, 0xf);
	add(7, 0x101000, 1, 0xf); /* joins two, so that the map has room, too */
	assert_int_equal(convert(), REFUSAL_NONE);
	assert_int_equal(got.nr_busy, EFI_MAP_BUSY);
	add(4, 0x80000, 1, 0xf);
	assert_int_equal(convert(), REFUSAL_MAP_FULL);
	assert_int_equal(why.found, EFI_MAP_BUSY + 1);
	assert_int_equal(why.wanted, EFI_MAP_BUSY);
	assert_int_equal(why.where, raw_len - DESC);
}

/* More than one map can hold is refused by the map itself. */
static void
map_is_full(void **state)
{
	(void)state;
	for (uint64_t i = 0; i <= MEMMAP_MAX; i++)
		add(7, 0x100000 + i * 0x2000, 1, 0xf);
	assert_int_equal(convert(), REFUSAL_MAP_FULL);
	assert_int_equal(why.found, MEMMAP_MAX + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(captured, setup),
	        cmocka_unit_test_setup(real_maps, setup),
	        cmocka_unit_test_setup(every_type, setup),
	        cmocka_unit_test_setup(special_memory_is_not_ram, setup),
	        cmocka_unit_test_setup(busy_is_joined_in_any_order, setup),
	        cmocka_unit_test_setup(more_than_128_ranges, setup),
	        cmocka_unit_test_setup(damaged, setup),
	        cmocka_unit_test_setup(busy_is_full, setup),
	        cmocka_unit_test_setup(map_is_full, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
