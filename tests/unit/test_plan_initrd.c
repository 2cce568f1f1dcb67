/* SPDX-License-Identifier: BSD-2-Clause */
/* Where initrds and the small structures lie, their limits, and what the page tables map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/plan_bench.h"

static void
plan(struct bench *b)
{
	assert_int_equal(bench_plan(b), REFUSAL_NONE);
	if (memmap_ram_end(&b->map) <= BENCH_RAM)
		bench_run(b);
}

static void
initrd_stays(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_module(&b, 9 * MIB, 5000);
	plan(&b);
	assert_int_equal(b.plan.initrd.addr, 9 * MIB);
	assert_int_equal(b.plan.initrd.len, 5000);
	b.req.blob[1].addr++; /* not page-aligned: Linux would complain */
	plan(&b);
	assert_int_not_equal(b.plan.initrd.addr, 9 * MIB + 1);
	assert_int_equal(b.plan.initrd.addr % PAGE, 0);
}

/* The limit is for the last byte, not for the first. */
static void
initrd_limit_is_its_end(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.xloadflags = 1;
	b.kernel.bz.initrd_last = 9 * MIB + 4999;
	bench_module(&b, 9 * MIB, 5000);
	plan(&b);
	assert_int_equal(b.plan.initrd.addr, 9 * MIB);
	b.kernel.bz.initrd_last--;
	plan(&b);
	assert_true(b.plan.initrd.addr < 9 * MIB);
	assert_true(range_end(b.plan.initrd) - 1 <= b.kernel.bz.initrd_last);
	b.kernel.bz.initrd_last = 1 * MIB;
	b.req.blob[1].size = 700 * KIB;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
	assert_string_equal(b.why.subject, "initrd 1");
	assert_int_equal(b.why.wanted, 700 * KIB);
}

/* As high as possible, and never in what the kernel unpacks itself into. */
static void
initrd_is_high_and_apart(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_stream(&b, MIB + 1);
	plan(&b);
	assert_int_equal(b.plan.initrd.addr, BENCH_RAM - MIB - PAGE);
	bench_ram(&b, 6 * MIB);
	b.kernel.bz.init_size = 2 * MIB;
	plan(&b); /* below the kernel is the only room */
	assert_true(range_end(b.plan.initrd) <= 4 * MIB);
	b.kernel.bz.pref_address = 2 * MIB;
	b.kernel.bz.init_size = 4 * MIB;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
}

static void
initrd_below_mem_word(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_module(&b, 12 * MIB, 64 * KIB);
	strcpy(b.line, "mem=10M");
	b.req.cmdline.len = strlen(b.line);
	plan(&b);
	assert_int_equal(b.plan.initrd.addr, 10 * MIB - 64 * KIB);
	b.req.blob[1].size = 12 * MIB;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
	assert_int_equal(b.why.where, 10 * MIB - 1);
	b.req.cmdline.len = 0; /* then RAM ends it, whatever the kernel allows */
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
	assert_int_equal(b.why.where, BENCH_RAM - 1);
}

/* Above 4 GiB only where the kernel says so, and only if there is no room below. */
static void
initrd_above_4g(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_ram(&b, 8 * MIB);
	assert_int_equal(memmap_add(&b.map, 4 * GIB, GIB, MEM_RAM, &b.why), 0);
	bench_module(&b, 5 * GIB - 16 * MIB, 16 * MIB);
	plan(&b);
	assert_int_equal(b.plan.initrd.addr, 5 * GIB - 16 * MIB); /* stays */
	b.req.blob[1].addr -= 1;
	plan(&b);
	assert_true(b.plan.initrd.addr >= 4 * GIB);
	b.kernel.bz.xloadflags = 1;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
	b.req.blob[1].size = MIB;
	plan(&b);
	assert_true(range_end(b.plan.initrd) <= 8 * MIB);
	bench_elf(&b);
	bench_ram(&b, 8 * MIB);
	assert_int_equal(memmap_add(&b.map, 4 * GIB, GIB, MEM_RAM, &b.why), 0);
	bench_module(&b, 4 * GIB, MIB); /* an ELF does not say that it may */
	plan(&b);
	assert_true(range_end(b.plan.initrd) <= 8 * MIB);
}

static void
initrd_beyond_memory(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_stream(&b, UINT64_MAX);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
	b.req.blob[1].size = UINT64_MAX - 8;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
	bench_stream(&b, UINT64_MAX - 8);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
}

static void
empty_initrd_is_none(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_stream(&b, 0);
	plan(&b);
	assert_int_equal(b.plan.initrd.len, 0);
}

/* A hypervisor gets one module a file, in order, each on its own page. */
static void
hypervisor_modules(void **state)
{
	struct bench b;
	uint32_t n = 0;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.evidence = LINUX_NO;
	bench_module(&b, 9 * MIB + 1, 4097);
	bench_stream(&b, 0);
	bench_module(&b, 10 * MIB, 3);
	plan(&b);
	assert_true(b.plan.modules_apart);
	for (uint32_t i = 0; i < b.plan.placements; i++) {
		const struct placement *pl = &b.plan.placement[i];

		if (pl->kind != PLACE_INITRD)
			continue;
		assert_int_equal(pl->blob, ++n);
		assert_int_equal(pl->range.addr % PAGE, 0);
		assert_int_equal(pl->range.len, b.req.blob[n].size);
	}
	assert_int_equal(n, 3);
	b.kernel.elf.evidence = LINUX_GUEST_OS;
	plan(&b);
	assert_false(b.plan.modules_apart);
}

static void
the_largest_plan_there_is(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	for (uint32_t i = 0; i < FACTS_SEGMENTS - 1; i++)
		bench_segment(&b, 5 * MIB + i * 2 * PAGE, PAGE, 2 * PAGE);
	for (uint32_t i = 1; i < PLAN_BLOBS; i++)
		bench_stream(&b, 4097);
	plan(&b);
}

/* -------------------------------------------------------- small structures */

/* Protocol 2.00 and 2.01: zero page at 0x90000, the command line right behind. */
static void
old_command_line(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.version = 0x201;
	b.kernel.bz.xloadflags = 0;
	b.kernel.bz.cmdline_max = 255;
	plan(&b);
	assert_int_equal(plan_find(&b.plan, PLACE_ZERO_PAGE)->range.addr, 0x90000);
	assert_int_equal(plan_find(&b.plan, PLACE_CMDLINE)->range.addr, 0x91000);
	bench_fixed(&b, "table", 0x91000, 16);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_OLD_CMDLINE);
	b.kernel.bz.version = 0x202;
	plan(&b);
}

/* Kernels before 2.05 unpack through low memory up to the zero page. */
static void
small_structures_are_high_in_low_memory(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_module(&b, 0x1000, 0x8000);
	plan(&b);
	for (uint32_t i = 0; i < b.plan.placements; i++) {
		const struct placement *pl = &b.plan.placement[i];

		if (pl->kind != PLACE_KERNEL && pl->kind != PLACE_INITRD)
			assert_in_range(pl->range.addr, 0x90000, 640 * KIB - 1);
	}
}

static void
handoff_elsewhere_without_low_memory(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.map.count = 0;
	assert_int_equal(
	        memmap_add(&b.map, 0, PAGE, MEM_RAM, &b.why), 0); /* page 0 is never used */
	assert_int_equal(memmap_add(&b.map, MIB, 5 * MIB, MEM_RAM, &b.why), 0);
	plan(&b);
	assert_true(plan_find(&b.plan, PLACE_START_INFO)->range.addr >= MIB);
	b.map.count = 0;
	assert_int_equal(memmap_add(&b.map, 4 * MIB, 384 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_HANDOFF_ROOM);
	assert_string_equal(b.why.detail, "start_info");
	assert_int_equal(
	        b.why.where, 4 * MIB + 384 * KIB - 1); /* not beyond what RAM there is */
}

/* -------------------------------------------------------------- page tables */

static void
tables_map_what_the_entry_needs(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.req.trampoline_len = 0;
	plan(&b);
	assert_non_null(plan_find(&b.plan, PLACE_PAGE_TABLES));
	assert_int_equal(b.plan.mapped, 1);
	assert_int_equal(b.plan.map[0].len, BENCH_RAM);
	b.req.protocol = PROTOCOL_LINUX32; /* paging is off and the executor is outside */
	plan(&b);
	assert_null(plan_find(&b.plan, PLACE_PAGE_TABLES));
	assert_null(plan_find(&b.plan, PLACE_TRAMPOLINE));
}

/* The end of what is mapped from 0 on when `range` of that type is added to 512 MiB of RAM. */
static uint64_t
mapped_with(uint64_t addr, uint64_t len, uint32_t type)
{
	struct bench b;

	bench_bzimage(&b);
	bench_ram(&b, 512 * MIB);
	assert_int_equal(memmap_add(&b.map, addr, len, type, &b.why), 0);
	plan(&b);
	assert_int_equal(b.plan.mapped, 1);
	assert_int_equal(b.plan.map[0].addr, 0);
	return b.plan.map[0].len;
}

/* All RAM and what holds tables, but not devices behind a hole. */
static void
tables_map_ram_and_firmware_tables(void **state)
{
	(void)state;
	assert_int_equal(mapped_with(640 * KIB, 384 * KIB, MEM_RESERVED), 512 * MIB);
	assert_int_equal(mapped_with(512 * MIB, PAGE, MEM_RESERVED), 528 * MIB);
	assert_int_equal(mapped_with(512 * MIB + PAGE, PAGE, MEM_RESERVED), 512 * MIB);
	assert_int_equal(mapped_with(528 * MIB, PAGE, MEM_UNUSABLE), 512 * MIB);
	assert_int_equal(mapped_with(2 * GIB - PAGE, PAGE, MEM_ACPI), 2 * GIB);
	assert_int_equal(mapped_with(2 * GIB, PAGE, MEM_NVS), 2 * GIB + 16 * MIB);
	assert_int_equal(mapped_with(3 * GIB, GIB - PAGE, MEM_RAM), 4 * GIB);
	assert_int_equal(mapped_with(3 * GIB, GIB + PAGE, MEM_RAM), 4 * GIB);
	assert_int_equal(mapped_with(4 * GIB, GIB, MEM_RAM), 512 * MIB);
	assert_int_equal(mapped_with(510 * MIB, 2 * MIB, MEM_RESERVED), 512 * MIB);
}

/* What UEFI's system table leads to may lie anywhere. */
static void
tables_map_4_gib_under_uefi(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.req.efi.systab = 0x7f000;
	plan(&b);
	assert_int_equal(b.plan.map[0].len, 4 * GIB);
}

/* What the trampoline copies from may lie low and in no RAM. */
static void
tables_map_a_source_outside_ram(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_ram(&b, 64 * MIB);
	bench_module(&b, 3 * GIB + 8 * MIB, MIB);
	plan(&b);
	assert_int_equal(b.plan.mapped, 2);
	assert_int_equal(b.plan.map[0].len, 64 * MIB);
	assert_int_equal(b.plan.map[1].addr, 3 * GIB);
	assert_int_equal(b.plan.map[1].len, GIB);
}

/* Own tables serve unless they may be overwritten or the kernel is entered on them. */
static void
tables_of_the_executor_serve(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.req.own_tables = true;
	b.req.protocol = PROTOCOL_LINUX32;
	plan(&b);
	assert_null(plan_find(&b.plan, PLACE_PAGE_TABLES));
	bench_busy(&b, "kshim", b.plan.kernel_load, 4096); /* what lies there moves late */
	plan(&b);
	assert_non_null(plan_find(&b.plan, PLACE_PAGE_TABLES));
	b.req.nr_busy = 0;
	b.req.protocol = PROTOCOL_LINUX64;
	plan(&b);
	assert_non_null(plan_find(&b.plan, PLACE_PAGE_TABLES));
}

static void
tables_map_far_sources_for_the_trampoline(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_ram(&b, 64 * MIB);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(
		        memmap_add(&b.map, (8 + 2 * i) * GIB, 16 * MIB, MEM_RAM, &b.why), 0);
	bench_module(&b, 12 * GIB, MIB);
	bench_module(&b, 8 * GIB + 8 * MIB, MIB);
	plan(&b);
	assert_int_equal(b.plan.mapped, 3);
	assert_int_equal(b.plan.map[1].addr, 8 * GIB);
	assert_int_equal(b.plan.map[1].len, GIB);
	assert_int_equal(b.plan.map[2].addr, 12 * GIB);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(initrd_stays),
	        cmocka_unit_test(initrd_limit_is_its_end),
	        cmocka_unit_test(initrd_is_high_and_apart),
	        cmocka_unit_test(initrd_below_mem_word),
	        cmocka_unit_test(initrd_above_4g),
	        cmocka_unit_test(initrd_beyond_memory),
	        cmocka_unit_test(empty_initrd_is_none),
	        cmocka_unit_test(hypervisor_modules),
	        cmocka_unit_test(the_largest_plan_there_is),
	        cmocka_unit_test(old_command_line),
	        cmocka_unit_test(small_structures_are_high_in_low_memory),
	        cmocka_unit_test(handoff_elsewhere_without_low_memory),
	        cmocka_unit_test(tables_map_what_the_entry_needs),
	        cmocka_unit_test(tables_map_ram_and_firmware_tables),
	        cmocka_unit_test(tables_map_4_gib_under_uefi),
	        cmocka_unit_test(tables_map_a_source_outside_ram),
	        cmocka_unit_test(tables_of_the_executor_serve),
	        cmocka_unit_test(tables_map_far_sources_for_the_trampoline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
