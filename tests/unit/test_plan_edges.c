/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The edges of plans: tables that are full at any step, memory that is too little by a page,
 * addresses and sizes at the end of the space. Each is refused by its sentence.
 */
#include "unit.h"

#include <string.h>

#include "stub/handoff/handoff.h"
#include "stub/plan/planner.h"
#include "tests/unit/plan_bench.h"

static void
assert_sentence(const struct refusal *why, const char *wanted)
{
	char text[512];

	refusal_format(why, text, sizeof(text));
	assert_string_equal(text, wanted);
}

/* Leave so many places for placements: those before are empty, so that nothing stands there. */
static void
leave_placements(struct plan *plan, uint32_t left)
{
	for (; plan->placements < PLAN_PLACEMENTS - left; plan->placements++)
		plan->placement[plan->placements] = (struct placement){.blob = PLAN_NO_BLOB};
}

static void
leave_moves(struct plan *plan, uint32_t left)
{
	for (; plan->moves < PLAN_MOVES - left; plan->moves++)
		plan->move[plan->moves] = (struct move){.op = MOVE_ZERO};
}

/* Kernel, initrds and one small structure, with room for so many placements. */
static enum refusal_code
place_all(struct bench *b, uint32_t left)
{
	struct planner p;
	enum refusal_code code = plan_begin(&p, &b->req, &b->plan, &b->why);

	assert_int_equal(code, REFUSAL_NONE);
	leave_placements(&b->plan, left);
	if (!(code = plan_kernel(&p)) && !(code = plan_initrds(&p)))
		code = plan_add_small(&p, PLACE_GDT, "GDT", PAGE, BELOW_4G);
	return code;
}

static void
refuses_until_there_is_room(struct bench *b, uint32_t needed)
{
	for (uint32_t left = 0; left < needed; left++) {
		assert_int_equal(place_all(b, left), REFUSAL_PLAN_TOO_MANY);
		assert_string_equal(b->why.detail, "parts");
		assert_int_equal(b->why.found, PLAN_PLACEMENTS + 1);
		if (left)
			continue;
		assert_sentence(&b->why,
		        "kernel: the boot has 161 parts, kshim takes 160 [plan.too-many-parts]");
	}
	assert_int_equal(place_all(b, needed), REFUSAL_NONE);
}

static void
placements_are_full(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b); /* two segments, two initrds, a structure */
	b.req.protocol = PROTOCOL_PVH;
	bench_segment(&b, 6 * MIB, 4096, 8192);
	bench_module(&b, 8 * MIB, 4097);
	bench_stream(&b, 5);
	refuses_until_there_is_room(&b, 5);
	b.kernel.elf.evidence = LINUX_NO; /* a hypervisor's modules are apart */
	refuses_until_there_is_room(&b, 5);
	bench_bzimage(&b);
	bench_stream(&b, 5);
	refuses_until_there_is_room(&b, 3);
}

/* The moves of a plan, with room for so many moves and placements. */
static enum refusal_code
move_all(struct bench *b, uint32_t moves, uint32_t placements)
{
	struct planner p;

	assert_int_equal(plan_begin(&p, &b->req, &b->plan, &b->why), REFUSAL_NONE);
	assert_int_equal(plan_kernel(&p), REFUSAL_NONE);
	assert_int_equal(plan_initrds(&p), REFUSAL_NONE);
	leave_placements(&b->plan, placements);
	leave_moves(&b->plan, moves);
	return plan_moves(&p);
}

static void
moves_are_full(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b); /* a read and a fill; a copy */
	bench_module(&b, 4 * MIB + 8 * KIB, 4097);
	for (uint32_t left = 0; left < 3; left++) {
		assert_int_equal(move_all(&b, left, 1), REFUSAL_PLAN_TOO_MANY);
		assert_sentence(&b.why,
		        "the boot has 321 moves, kshim takes 320 [plan.too-many-parts]");
	}
	assert_int_equal(move_all(&b, 3, 1), REFUSAL_NONE);
}

/* A stream for the executor's own memory is staged: one move and one placement more. */
static void
staging_finds_no_place_in_the_tables(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_busy(&b, "kshim", 4 * MIB, PAGE);
	assert_int_equal(move_all(&b, 2, 1), REFUSAL_PLAN_TOO_MANY);
	assert_string_equal(b.why.detail, "moves");
	assert_int_equal(move_all(&b, 3, 0), REFUSAL_PLAN_TOO_MANY);
	assert_string_equal(b.why.detail, "parts");
	assert_int_equal(move_all(&b, 3, 1), REFUSAL_NONE);
}

/* And a place in memory, which must be apart from all else. */
static void
staging_finds_no_memory(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_busy(&b, "kshim", 4 * MIB, PAGE);
	b.map.count = 0;
	assert_int_equal(memmap_add(&b.map, 512 * KIB, 128 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(memmap_add(&b.map, 4 * MIB, 384 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_STAGE_ROOM);
	assert_int_equal(b.why.wanted, 256 * KIB);
	assert_string_equal(b.why.subject, "memory");
}

/* A circle of two late copies: the smaller source is staged before the trampoline runs. */
static void
late_circle_is_staged(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.req.blob[0].where = BLOB_SPACE;
	b.req.blob[0].addr = 6 * MIB;
	bench_module(&b, 4 * MIB, 264 * KIB);
	bench_busy(&b, "kshim", 4 * MIB + 300 * KIB, PAGE);
	bench_busy(&b, "kshim", 6 * MIB + 260 * KIB, PAGE);
	b.map.count = 0;
	assert_int_equal(memmap_add(&b.map, 512 * KIB, 128 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(memmap_add(&b.map, 4 * MIB, 384 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(memmap_add(&b.map, 6 * MIB, 264 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_STAGE_ROOM);
	assert_int_equal(memmap_add(&b.map, 9 * MIB, 256 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	assert_non_null(plan_find(&b.plan, PLACE_STAGE));
	bench_run(&b);
}

/* Which of the structures has no room while low memory grows page by page? */
static void
low_memory_grows(struct bench *b, const char *const *wanted, unsigned count)
{
	unsigned seen = 0;
	const char *last = "";

	for (uint64_t pages = 1; seen < count; pages++) {
		enum refusal_code code;

		assert_in_range(pages, 1, 64);
		b->map.count = 0;
		memmap_add(&b->map, 64 * KIB, pages * PAGE, MEM_RAM, &b->why);
		memmap_add(&b->map, 4 * MIB, 768 * KIB, MEM_RAM, &b->why);
		code = bench_plan(b);
		if (!code)
			break;
		assert_int_equal(code, REFUSAL_PLAN_HANDOFF_ROOM);
		assert_string_equal(b->why.subject, "memory");
		if (strcmp(b->why.detail, last) == 0)
			continue;
		last = b->why.detail;
		assert_string_equal(last, wanted[seen++]);
	}
	assert_int_equal(seen, count);
}

static void
low_memory_is_too_little(void **state)
{
	static const char *const zero_page[] = {"command line", "setup data", "UEFI memory map",
	        "GDT and entry stack", "trampoline", "page tables"};
	static const char *const start_info[] = {
	        "command line", "GDT and entry stack", "trampoline", "page tables"};
	static const uint8_t seed[PLAN_RNG_SEED];
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.req.rng_seed = seed;
	b.req.rng_seed_len = PLAN_RNG_SEED;
	b.kernel.bz.has_kernel_info = true;
	b.kernel.bz.setup_type_max = 9;
	b.req.efi.systab = MIB;
	b.req.efi.map_room = PAGE;
	b.kernel.bz.xloadflags = 1;
	low_memory_grows(&b, zero_page, 6);
	bench_elf(&b);
	bench_segment(&b, 4 * MIB + 384 * KIB, 4096, 384 * KIB);
	low_memory_grows(&b, start_info, 4);
}

/* What protocol 2.01 wants at 0x90000, where a later page alone would be free. */
static void
old_zero_page_is_taken(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.version = 0x201;
	b.kernel.bz.xloadflags = 0;
	b.kernel.bz.cmdline_max = 255;
	bench_fixed(&b, "table", OLD_ZERO_PAGE, PAGE);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_OLD_CMDLINE);
	assert_sentence(&b.why, "memory: zero page and command line 0x90000-0x91fff must "
	                        "lie at a fixed place for this old kernel and cannot: that "
	                        "memory is in use or no RAM [plan.old-cmdline]");
}

static void
kernels_at_the_end_of_the_space(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.pref_address = UINT64_MAX - 4095; /* no multiple of 2 MiB follows */
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_KERNEL_ROOM);
	assert_int_equal(b.why.found, 0);
	assert_int_equal(b.why.wanted, 768 * KIB);
	b.kernel.bz.pref_address = -(uint64_t)2 * MIB; /* it has no room there, nor above */
	b.kernel.bz.init_size = 2 * MIB + 4096;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_KERNEL_ROOM);
	b.kernel.bz.pref_address = 0; /* then code32_start is preferred */
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	assert_int_equal(b.plan.kernel_load, 2 * MIB);
	b.kernel.bz.relocatable = false;
	b.kernel.bz.pref_address = UINT64_MAX - 4095;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_KERNEL_PLACE);
	assert_string_equal(b.why.b.name, "the end of the address space");
}

static void
initrds_longer_than_the_space(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_stream(&b, 1ull << 63);
	bench_stream(&b, 1ull << 63); /* the sum passes 2^64 */
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
	assert_string_equal(b.why.subject, "initrds");
	assert_int_equal(b.why.wanted, 1ull << 63);
	b.req.blob[1].size = UINT64_MAX; /* and so does one with the gap behind it */
	b.req.blob[2].size = 5;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
	assert_int_equal(b.why.wanted, UINT64_MAX);
}

/* Ask for pages that map these placements. */
static enum refusal_code
map_these(struct bench *b, const struct range *r, uint32_t count)
{
	struct planner p;

	assert_int_equal(plan_begin(&p, &b->req, &b->plan, &b->why), REFUSAL_NONE);
	for (uint32_t i = 0; i < count; i++)
		assert_non_null(plan_add(&p, PLACE_STAGE, "stage", r[i]));
	return plan_pages(&p);
}

static void
mapped_ranges_join(void **state)
{
	static const struct range r[] = {{20 * GIB, PAGE}, {10 * GIB, PAGE}, {12 * GIB, PAGE},
	        {10 * GIB + MIB, 3 * GIB}, {9 * GIB, GIB}, {30 * GIB, 0}};
	struct bench b;

	(void)state;
	bench_elf(&b);
	assert_int_equal(map_these(&b, r, 6), REFUSAL_NONE);
	assert_int_equal(b.plan.mapped, 3);
	assert_int_equal(b.plan.map[1].addr, 9 * GIB);
	assert_int_equal(b.plan.map[1].len, 5 * GIB);
	assert_int_equal(b.plan.map[2].addr, 20 * GIB);
}

static void
too_many_ranges_to_map(void **state)
{
	struct range r[PLAN_MAPPED];
	struct range far = {127 * 1024 * GIB, 2 * 1024 * GIB};
	struct bench b;

	(void)state;
	bench_elf(&b);
	for (uint64_t i = 0; i < PLAN_MAPPED; i++)
		r[i] = (struct range){(8 + 2 * i) * GIB, PAGE};
	assert_int_equal(map_these(&b, r, PLAN_MAPPED - 1), REFUSAL_NONE);
	assert_int_equal(map_these(&b, r, PLAN_MAPPED), REFUSAL_PLAN_TOO_MANY);
	assert_sentence(&b.why, "the boot has 65 separate ranges above 4 GiB, kshim takes 64 "
	                        "[plan.too-many-parts]");
	assert_int_equal(map_these(&b, &far, 1), REFUSAL_SPACE_UNREACHABLE);
}

/* UEFI's map may grow behind the plan; Linux by PVH has room for 126 entries. */
static void
map_has_grown_too_long(void **state)
{
	static uint8_t out[64 * KIB];
	const struct placement *p;
	struct memmap grown;
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.req.map_spare = PVH_LINUX_MAP;
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	p = plan_find(&b.plan, PLACE_START_INFO);
	grown = b.map;
	for (uint64_t i = 0; i < PVH_LINUX_MAP; i++)
		memmap_add(&grown, GIB + 2 * i * PAGE, PAGE, MEM_RESERVED, &b.why);
	assert_int_equal(handoff_write(&b.req, &b.plan, &grown, p, out, &b.why), REFUSAL_NONE);
	for (uint64_t i = 0; i < PVH_LINUX_MAP; i++)
		memmap_add(&grown, 2 * GIB + 2 * i * PAGE, PAGE, MEM_RAM, &b.why);
	assert_int_equal(
	        handoff_write(&b.req, &b.plan, &grown, p, out, &b.why), REFUSAL_MAP_TOO_MANY);
	assert_int_equal(b.why.wanted, PVH_LINUX_MAP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(placements_are_full),
	        cmocka_unit_test(moves_are_full),
	        cmocka_unit_test(staging_finds_no_place_in_the_tables),
	        cmocka_unit_test(staging_finds_no_memory),
	        cmocka_unit_test(late_circle_is_staged),
	        cmocka_unit_test(low_memory_is_too_little),
	        cmocka_unit_test(old_zero_page_is_taken),
	        cmocka_unit_test(kernels_at_the_end_of_the_space),
	        cmocka_unit_test(initrds_longer_than_the_space),
	        cmocka_unit_test(mapped_ranges_join),
	        cmocka_unit_test(too_many_ranges_to_map),
	        cmocka_unit_test(map_has_grown_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
