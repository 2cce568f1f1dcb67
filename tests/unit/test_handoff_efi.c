/* SPDX-License-Identifier: BSD-2-Clause */
/* What UEFI adds: efi_info and screen_info against <asm/bootparam.h>, room for the map. */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <asm/bootparam.h>

#include "tests/unit/handoff_bench.h"
#include "tests/unit/plan_bench.h"

#define SYSTAB  0x123456780ull
#define EFI_MAP 0x70000ull

static struct handoff_bench b;
static uint8_t screen[64];

static void
add_efi(void)
{
	for (unsigned i = 0; i < sizeof(screen); i++)
		screen[i] = (uint8_t)(i + 1);
	b.req.efi = (struct plan_efi){.systab = SYSTAB,
	        .map_room = 0x2000,
	        .map_len = 48 * 100,
	        .desc_size = 48,
	        .desc_version = 1,
	        .secure_boot = 3,
	        .screen_info = screen};
	b.plan.placement[b.plan.placements++] = (struct placement){
	        .kind = PLACE_EFI_MAP, .range = {EFI_MAP, 0x2000}, .blob = PLAN_NO_BLOB};
}

static struct boot_params
write_page(void)
{
	struct boot_params page;
	uint8_t *got = hb_write(&b, PLACE_ZERO_PAGE);

	assert_non_null(got);
	memcpy(&page, got, sizeof(page));
	free(got);
	return page;
}

static void
assert_told(const struct boot_params *page)
{
	assert_int_equal(page->efi_info.efi_loader_signature, 0x34364c45);
	assert_memory_equal(&page->efi_info.efi_loader_signature, "EL64", 4);
	assert_int_equal(page->efi_info.efi_systab, 0x23456780);
	assert_int_equal(page->efi_info.efi_systab_hi, 1);
	assert_int_equal(page->efi_info.efi_memmap, EFI_MAP);
	assert_int_equal(page->efi_info.efi_memmap_hi, 0);
	assert_int_equal(page->efi_info.efi_memmap_size, 4800);
	assert_int_equal(page->efi_info.efi_memdesc_size, 48);
	assert_int_equal(page->efi_info.efi_memdesc_version, 1);
	assert_int_equal(page->secure_boot, 3);
	assert_int_equal(page->screen_info.orig_video_isVGA, 0x10);
	assert_int_equal(page->screen_info.ext_lfb_base, 0x3e3d3c3b);
	assert_int_equal(page->screen_info.ext_mem_k,
	        page->alt_mem_k < UINT16_MAX ? page->alt_mem_k : UINT16_MAX); /* by the map */
}

static void
elf(void **state)
{
	struct boot_params page;

	(void)state;
	hb_elf(&b, PROTOCOL_LINUX64);
	add_efi();
	page = write_page();
	assert_told(&page);
	b.req.efi.screen_info = NULL;
	page = write_page();
	assert_int_equal(page.screen_info.orig_video_isVGA, 0);
}

static void
only_kernels_that_know_it(void **state)
{
	struct boot_params page;

	(void)state;
	hb_bzimage(&b, 0x207, 0x250);
	add_efi();
	page = write_page();
	assert_int_equal(page.efi_info.efi_loader_signature, 0);
	assert_int_equal(page.secure_boot, 0);
	hb_bzimage(&b, 0x208, 0x250);
	add_efi();
	page = write_page();
	assert_told(&page);
}

static void
without_uefi(void **state)
{
	struct boot_params page;

	(void)state;
	hb_elf(&b, PROTOCOL_LINUX64);
	page = write_page();
	assert_int_equal(page.efi_info.efi_loader_signature, 0);
	assert_int_equal(page.secure_boot, 0);
}

/* A map that lies already where it stays; and a screen without UEFI, as a BIOS boot has. */
static void
as_a_loader_told(void **state)
{
	struct boot_params page;

	(void)state;
	hb_elf(&b, PROTOCOL_LINUX64);
	add_efi();
	b.req.efi.map = 0x223344000;
	page = write_page();
	assert_int_equal(page.efi_info.efi_memmap, 0x23344000);
	assert_int_equal(page.efi_info.efi_memmap_hi, 2);
	assert_int_equal(page.efi_info.efi_memmap_size, 4800);
	b.req.efi = (struct plan_efi){.screen_info = screen};
	page = write_page();
	assert_int_equal(page.screen_info.orig_video_isVGA, 0x10);
	assert_int_equal(page.efi_info.efi_loader_signature, 0);
	assert_int_equal(page.efi_info.efi_memmap_size, 0);
}

static void
room_for_the_map(void **state)
{
	static struct bench bench;
	const struct placement *p;

	(void)state;
	bench_elf(&bench);
	bench.req.protocol = PROTOCOL_LINUX64;
	bench.req.efi.systab = SYSTAB;
	bench.req.efi.map_room = 5000;
	assert_int_equal(bench_plan(&bench), REFUSAL_NONE);
	p = plan_find(&bench.plan, PLACE_EFI_MAP);
	assert_non_null(p);
	assert_int_equal(p->range.len, 8192);
	bench.req.protocol = PROTOCOL_PVH;
	assert_int_equal(bench_plan(&bench), REFUSAL_NONE);
	assert_null(plan_find(&bench.plan, PLACE_EFI_MAP));
	bench.req.protocol = PROTOCOL_LINUX64;
	bench.req.efi.map_room = 64 * MIB;
	assert_int_equal(bench_plan(&bench), REFUSAL_PLAN_HANDOFF_ROOM);
	bench.req.efi.map = GIB; /* it has its place: none is looked for */
	assert_int_equal(bench_plan(&bench), REFUSAL_NONE);
	assert_null(plan_find(&bench.plan, PLACE_EFI_MAP));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(elf),
	        cmocka_unit_test(only_kernels_that_know_it),
	        cmocka_unit_test(without_uefi),
	        cmocka_unit_test(as_a_loader_told),
	        cmocka_unit_test(room_for_the_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
