/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The zero page, byte by byte against a page that the test writes by Linux's own
 * <asm/bootparam.h>.
 */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <asm/bootparam.h>

#include "tests/unit/handoff_bench.h"

static struct handoff_bench b;

/* What every zero page of the bench holds but the header. */
static void
expect_page(struct boot_params *want)
{
	memset(want, 0, sizeof(*want));
	want->acpi_rsdp_addr = HB_RSDP;
	want->screen_info.ext_mem_k = 0xffff;
	want->alt_mem_k = 512 * 1024;
	want->e820_entries = (uint8_t)(b.map.count < 128 ? b.map.count : 128);
	for (uint32_t i = 0; i < want->e820_entries; i++) {
		want->e820_table[i].addr = b.map.entry[i].range.addr;
		want->e820_table[i].size = b.map.entry[i].range.len;
		want->e820_table[i].type = b.map.entry[i].type;
	}
}

/* The fields that a loader owns in a header of protocol 2.02 and later. */
static void
expect_loader_fields(struct setup_header *hdr)
{
	hdr->vid_mode = 0xffff;
	hdr->type_of_loader = 0xff;
	hdr->ramdisk_image = HB_INITRD;
	hdr->ramdisk_size = HB_INITRD_LEN;
	hdr->cmd_line_ptr = HB_CMDLINE;
}

static void
assert_page(const struct boot_params *want)
{
	const uint8_t *w = (const uint8_t *)want;
	uint8_t *got = hb_write(&b, PLACE_ZERO_PAGE);

	assert_non_null(got);
	for (unsigned i = 0; i < sizeof(*want); i++) {
		if (got[i] != w[i])
			fail_msg("zero page at 0x%x: 0x%x, wanted 0x%x", i, got[i], w[i]);
	}
	free(got);
}

static void
elf(void **state)
{
	struct boot_params want;

	(void)state;
	hb_elf(&b, PROTOCOL_LINUX64);
	expect_page(&want);
	expect_loader_fields(&want.hdr);
	want.hdr.boot_flag = 0xaa55;
	want.hdr.header = 0x53726448;
	want.hdr.version = 0x20f;
	want.hdr.loadflags = LOADED_HIGH;
	want.hdr.kernel_alignment = 0x1000000;
	want.hdr.xloadflags = XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G;
	want.hdr.cmdline_size = 2047;
	assert_page(&want);
	assert_int_equal(hb_placement(&b, PLACE_SETUP_DATA)->range.len, 0);
}

static void
expect_bzimage(struct boot_params *want)
{
	const struct bzimage_facts *bz = &b.facts.bz;

	expect_page(want);
	memcpy((uint8_t *)want + 0x1f1, bz->header, bz->header_len);
	expect_loader_fields(&want->hdr);
	want->hdr.loadflags = 0xff & ~(CAN_USE_HEAP | KEEP_SEGMENTS);
	want->hdr.code32_start = HB_KERNEL;
	want->hdr.kernel_alignment = 0x200000;
}

static void
bzimage_of_any_header_length(void **state)
{
	static const uint32_t ends[] = {0x268, 0x26c, 0x270, 0x281};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct boot_params want;

		hb_bzimage(&b, i ? 0x20f : 0x20d, ends[i]);
		expect_bzimage(&want);
		assert_page(&want);
	}
}

/* Per version: where its header ends, and which of our fields it has. */
static void
bzimage_of_any_version(void **state)
{
	static const uint32_t ends[] = {0x224, 0x228, 0x22c, 0x230, 0x230, 0x235, 0x23c, 0x248,
	        0x250, 0x258, 0x264, 0x268, 0x268, 0x268, 0x268, 0x26c};

	(void)state;
	for (uint16_t minor = 0; minor < 16; minor++) {
		struct boot_params want;
		const uint8_t *header = b.facts.bz.header;
		uint32_t alignment;

		hb_bzimage(&b, 0x200 | minor, ends[minor]);
		expect_bzimage(&want);
		memcpy(&alignment, header + 0x230 - 0x1f1, 4);
		if (minor < 10)
			want.hdr.kernel_alignment = minor < 5 ? 0 : alignment;
		if (minor < 2) {
			uint8_t *page = (uint8_t *)&want;

			want.hdr.cmd_line_ptr = 0;
			memcpy(page + 0x20, "\x3f\xa3", 2);
			memcpy(page + 0x22, "\x00\x10", 2);
		}
		assert_page(&want);
	}
}

static void
fixed_kernel_keeps_its_alignment(void **state)
{
	struct boot_params want;

	(void)state;
	hb_bzimage(&b, 0x20f, 0x26c);
	expect_bzimage(&want);
	b.facts.bz.relocatable = false;
	memcpy(&want.hdr.kernel_alignment, b.facts.bz.header + 0x230 - 0x1f1, 4);
	assert_page(&want);
}

static void
loadflags_and_code32_start(void **state)
{
	struct boot_params want;

	(void)state;
	hb_bzimage(&b, 0x20f, 0x26c);
	b.facts.bz.header[0x211 - 0x1f1] = LOADED_HIGH;
	b.facts.bz.entry32_off = 0x200;
	expect_bzimage(&want);
	want.hdr.loadflags = LOADED_HIGH;
	want.hdr.code32_start = HB_KERNEL + 0x200;
	assert_page(&want);
	/* out of the field's reach: as found, not cut */
	b.plan.kernel_load = 0x100000000 - 0x200;
	memcpy(&want.hdr.code32_start, b.facts.bz.header + 0x214 - 0x1f1, 4);
	assert_page(&want);
}

static void
upper_halves(void **state)
{
	struct boot_params want;

	(void)state;
	for (int elf = 0; elf < 2; elf++) {
		uint8_t *got;

		if (elf)
			hb_elf(&b, PROTOCOL_LINUX64);
		else
			hb_bzimage(&b, 0x20f, 0x26c);
		b.plan.initrd = (struct range){0x2345678000, 0x1234567890};
		hb_placement(&b, PLACE_CMDLINE)->range.addr = 0x89abcde000;
		got = hb_write(&b, PLACE_ZERO_PAGE);
		memcpy(&want, got, sizeof(want));
		assert_int_equal(want.hdr.ramdisk_image, 0x45678000);
		assert_int_equal(want.ext_ramdisk_image, 0x23);
		assert_int_equal(want.hdr.ramdisk_size, 0x34567890);
		assert_int_equal(want.ext_ramdisk_size, 0x12);
		assert_int_equal(want.hdr.cmd_line_ptr, 0xabcde000);
		assert_int_equal(want.ext_cmd_line_ptr, 0x89);
		free(got);
	}
}

static void
no_initrd_and_no_rsdp(void **state)
{
	struct boot_params want;

	(void)state;
	hb_bzimage(&b, 0x20f, 0x26c);
	b.plan.initrd.len = 0;
	b.req.rsdp = 0;
	expect_bzimage(&want);
	want.acpi_rsdp_addr = 0;
	want.hdr.ramdisk_image = want.hdr.ramdisk_size = 0; /* whatever the file had */
	assert_page(&want);
}

static uint16_t
vid_mode(const char *line)
{
	struct boot_params page;
	uint8_t *got;

	hb_bzimage(&b, 0x20f, 0x26c);
	assert_int_equal(cmdline_append(&b.req.cmdline,
	                         (struct span){(const uint8_t *)line, strlen(line)}, &b.why),
	        0);
	got = hb_write(&b, PLACE_ZERO_PAGE);
	memcpy(&page, got, sizeof(page));
	free(got);
	return page.hdr.vid_mode;
}

static void
video_modes(void **state)
{
	(void)state;
	assert_int_equal(vid_mode("quiet"), 0xffff);
	assert_int_equal(vid_mode("vga=normal"), 0xffff);
	assert_int_equal(vid_mode("vga=ext"), 0xfffe);
	assert_int_equal(vid_mode("a vga=ask b"), 0xfffd);
	assert_int_equal(vid_mode("vga=791"), 791);
	assert_int_equal(vid_mode("vga=0x317"), 0x317);
	assert_int_equal(vid_mode("vga=010"), 8);
	assert_int_equal(vid_mode("vga=65535"), 0xffff);
	assert_int_equal(vid_mode("vga=65536"), 0xffff);
	assert_int_equal(vid_mode("vga=1x"), 0xffff);
	assert_int_equal(vid_mode("vga=extra"), 0xffff);
	assert_int_equal(vid_mode("vga="), 0xffff);
}

static void
memory_sizes(void **state)
{
	static const struct {
		uint64_t addr, len;
		uint32_t type, alt;
		uint16_t ext;
	} cases[] = {
	        {MIB, 64 * KIB, MEM_RAM, 64, 64},
	        {MIB, 64 * MIB - KIB, MEM_RAM, 0xffff, 0xffff},
	        {MIB, 64 * MIB - 2 * KIB, MEM_RAM, 0xfffe, 0xfffe},
	        {0, 2 * MIB, MEM_RAM, 1024, 1024},
	        {MIB, 8192 * GIB, MEM_RAM, 0xffffffff, 0xffff},
	        {MIB + PAGE, MIB, MEM_RAM, 0, 0},
	        {MIB, MIB, MEM_RESERVED, 0, 0},
	        {0, MIB, MEM_RAM, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct boot_params want;

		hb_bzimage(&b, 0x20f, 0x26c);
		b.map.count = 0;
		assert_int_equal(
		        memmap_add(&b.map, cases[i].addr, cases[i].len, cases[i].type, &b.why),
		        0);
		expect_bzimage(&want);
		want.alt_mem_k = cases[i].alt;
		want.screen_info.ext_mem_k = cases[i].ext;
		assert_page(&want);
	}
}

/* The page's table ends at 128; the pointer to the rest is there only if there is one. */
static void
map_limits_of_the_page(void **state)
{
	static const uint32_t counts[] = {2, 127, 128, 129, 512};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct boot_params want;

		hb_bzimage(&b, 0x20f, 0x26c);
		hb_map(&b, counts[i]);
		expect_bzimage(&want);
		if (counts[i] > 128)
			want.hdr.setup_data = HB_SETUP_DATA;
		assert_page(&want);
	}
}

/* Before 2.09 there is no setup_data: the map is squeezed to the page, or refused. */
static void
old_kernel_and_long_map(void **state)
{
	struct boot_params page;
	uint8_t *got;

	(void)state;
	hb_bzimage(&b, 0x208, 0x250);
	hb_map_reserved(&b, 140, 20);
	got = hb_write(&b, PLACE_ZERO_PAGE);
	assert_non_null(got);
	memcpy(&page, got, sizeof(page));
	free(got);
	assert_int_equal(page.e820_entries, 128);
	assert_int_equal(page.e820_table[119].type, MEM_RAM);
	assert_int_equal(page.e820_table[120].type, MEM_RESERVED);
	assert_int_equal(page.e820_table[120].addr, 120 * GIB);
	assert_int_equal(
	        page.e820_table[127].addr + page.e820_table[127].size, 139 * GIB + 636 * KIB);
	assert_int_equal(b.map.count, 140); /* only a copy was squeezed */

	hb_map_reserved(&b, 129, 2);
	got = hb_write(&b, PLACE_ZERO_PAGE);
	assert_non_null(got);
	free(got);
	hb_map_reserved(&b, 129, 1);
	assert_null(hb_write(&b, PLACE_ZERO_PAGE));
	assert_int_equal(b.why.code, REFUSAL_MAP_TOO_MANY);
	assert_int_equal(b.why.found, 129);
	assert_int_equal(b.why.wanted, 128);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(elf),
	        cmocka_unit_test(bzimage_of_any_header_length),
	        cmocka_unit_test(bzimage_of_any_version),
	        cmocka_unit_test(fixed_kernel_keeps_its_alignment),
	        cmocka_unit_test(loadflags_and_code32_start),
	        cmocka_unit_test(upper_halves),
	        cmocka_unit_test(no_initrd_and_no_rsdp),
	        cmocka_unit_test(video_modes),
	        cmocka_unit_test(memory_sizes),
	        cmocka_unit_test(map_limits_of_the_page),
	        cmocka_unit_test(old_kernel_and_long_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
