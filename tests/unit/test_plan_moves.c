/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where sources and destinations meet: every plan is carried out in a simulated memory and
 * checked byte by byte (plan_bench.h). The last test does so for random layouts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/plan_bench.h"

static uint32_t
count_kind(const struct plan *plan, enum placement_kind kind)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < plan->placements; i++)
		n += plan->placement[i].kind == kind;
	return n;
}

static uint32_t
count_late(const struct plan *plan)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < plan->moves; i++)
		n += plan->move[i].late;
	return n;
}

static void
plan_and_run(struct bench *b)
{
	assert_int_equal(bench_plan(b), REFUSAL_NONE);
	bench_run(b);
}

/* A module that is the kernel lies elsewhere: one copy, one fill, nothing staged. */
static void
module_kernel_is_copied(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.req.blob[0].where = BLOB_SPACE;
	b.req.blob[0].addr = 8 * MIB;
	plan_and_run(&b);
	assert_int_equal(b.plan.moves, 2);
	assert_int_equal(count_kind(&b.plan, PLACE_STAGE), 0);
}

/* The kernel's file lies over its own destination, shifted by less than its size. */
static void
kernel_over_itself(void **state)
{
	static const int64_t shifts[] = {-0x3000, -0x1001, -4096, -1, 1, 4095, 4096, 0x20000};

	(void)state;
	for (unsigned i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
		struct bench b;

		bench_elf(&b);
		b.req.blob[0].where = BLOB_SPACE;
		b.req.blob[0].addr = 4 * MIB - 4096 + (uint64_t)shifts[i];
		plan_and_run(&b);
	}
}

/* The file lies so that its segment is in place already: nothing is copied. */
static void
kernel_in_place(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.req.blob[0].where = BLOB_SPACE;
	b.req.blob[0].addr = 4 * MIB - 4096;
	plan_and_run(&b);
	assert_int_equal(b.plan.moves, 1);
	assert_int_equal(b.plan.move[0].op, MOVE_ZERO);
}

/* The initrd lies where the kernel goes: it moves away first. */
static void
initrd_in_the_kernels_way(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_module(&b, 4 * MIB + 0x10000, MIB);
	plan_and_run(&b);
	assert_int_not_equal(b.plan.initrd.addr, 4 * MIB + 0x10000);
	assert_int_equal(b.plan.move[0].op, MOVE_COPY);
}

/* Kernel file where the initrd must go and the other way round: one is staged. */
static void
kernel_and_initrd_swapped(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.req.blob[0].where = BLOB_SPACE;
	b.req.blob[0].addr = 6 * MIB;
	bench_module(&b, 4 * MIB, 260 * KIB);
	/* the only room for the initrd is where the kernel's file is */
	b.map.count = 0;
	assert_int_equal(memmap_add(&b.map, 512 * KIB, 128 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(memmap_add(&b.map, 4 * MIB, 384 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(memmap_add(&b.map, 6 * MIB, 260 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_STAGE_ROOM);
	assert_int_equal(b.why.wanted, 256 * KIB); /* the smaller of the two */
	assert_true(b.why.found < 256 * KIB);
	assert_int_equal(memmap_add(&b.map, 8 * MIB, 252 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_STAGE_ROOM);
	assert_int_equal(memmap_add(&b.map, 9 * MIB, 256 * KIB, MEM_RAM, &b.why), 0);
	plan_and_run(&b);
	assert_int_equal(count_kind(&b.plan, PLACE_STAGE), 1);
}

/* The same above 4 GiB: page tables reach sources, destinations and the stage. */
static void
swapped_above_4g(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.pref_address = 5 * GIB;
	b.req.blob[0].where = BLOB_SPACE;
	b.req.blob[0].addr = 7 * GIB;
	bench_module(&b, 5 * GIB, 272 * KIB);
	b.map.count = 0;
	assert_int_equal(memmap_add(&b.map, 512 * KIB, 128 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(memmap_add(&b.map, 5 * GIB, 768 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(memmap_add(&b.map, 7 * GIB, 272 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(memmap_add(&b.map, 600 * GIB, 256 * KIB, MEM_RAM, &b.why), 0);
	assert_int_equal(bench_plan(&b), 0);
	assert_int_equal(count_kind(&b.plan, PLACE_STAGE), 1);
	assert_int_equal(plan_find(&b.plan, PLACE_STAGE)->range.addr, 600 * GIB);
	assert_int_equal(b.plan.mapped, 4);
	bench_check_mapped(&b);
}

/* The kernel's place is the executor's own: the stream is staged and copied late. */
static void
stream_over_the_stub(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_busy(&b, "kshim", 4 * MIB + 0x8000, 0x20000);
	plan_and_run(&b);
	assert_int_equal(count_kind(&b.plan, PLACE_STAGE), 1);
	assert_int_equal(count_late(&b.plan), 1);
}

/* Only the zeroed part lies over the executor. */
static void
bss_over_the_stub(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_busy(&b, "kshim", 4 * MIB + 0x48000, 0x4000);
	plan_and_run(&b);
	assert_int_equal(count_kind(&b.plan, PLACE_STAGE), 0);
	assert_int_equal(count_late(&b.plan), 1);
}

/* A move that must wait for a late one is late itself. */
static void
late_is_catching(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_segment(&b, 8 * MIB, 64 * KIB, 64 * KIB);
	b.req.blob[0].where = BLOB_SPACE;
	b.req.blob[0].addr =
	        8 * MIB - 0x2000; /* the second segment covers the first one's bytes */
	bench_busy(&b, "kshim", 4 * MIB, 0x1000);
	plan_and_run(&b);
	assert_true(count_late(&b.plan) >= 2);
}

/* Joined initrds: four zeros behind each but the last, then zeros up to a multiple of 4. */
static void
initrds_are_joined(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_module(&b, 8 * MIB, 4097);
	bench_stream(&b, 0x3002);
	bench_module(&b, 9 * MIB + 3, 5);
	plan_and_run(&b);
	assert_int_equal(count_kind(&b.plan, PLACE_INITRD), 3);
	assert_int_equal(b.plan.initrd.addr & (PAGE - 1), 0);
	assert_int_equal(b.plan.initrd.len, 4104 + 0x3008 + 5);
}

static uint64_t seed;

static uint64_t
below(uint64_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 24) % n;
}

/* A page where something may lie: mostly where the kernel goes. */
static uint64_t
random_page(void)
{
	uint64_t span = below(3) ? 2 * MIB : BENCH_RAM - 8 * MIB;

	return 3 * MIB + MIB / 2 + below(span / PAGE) * PAGE;
}

/* Does the new range keep apart from the kernel's and the other blobs, fixed and busy memory?
 */
static bool
is_apart(const struct bench *b, struct range r)
{
	for (uint32_t i = 0; i < b->req.blobs; i++) {
		const struct blob *bl = &b->req.blob[i];

		if (bl->where == BLOB_SPACE &&
		        range_overlaps(r, (struct range){bl->addr, bl->size}))
			return false;
	}
	for (uint32_t i = 0; i < b->req.nr_fixed; i++) {
		if (range_overlaps(r, b->fixed[i].range))
			return false;
	}
	for (uint32_t i = 0; i < b->req.nr_busy; i++) {
		if (range_overlaps(r, b->busy[i].range))
			return false;
	}
	return true;
}

static void
random_layout(struct bench *b)
{
	struct range r;

	if (below(2)) {
		bench_elf(b);
		for (uint64_t n = below(3), at = 6 * MIB; n; n--, at += MIB) {
			uint64_t len = 1 + below(100 * KIB);

			bench_segment(b, at, len, len + below(200 * KIB));
		}
	} else {
		bench_bzimage(b);
	}
	r = (struct range){random_page(), b->kernel.size};
	if (below(3)) {
		b->req.blob[0].where = BLOB_SPACE;
		b->req.blob[0].addr = r.addr + below(2) * below(PAGE);
	}
	for (uint64_t n = below(3); n; n--) {
		r = (struct range){random_page(), PAGE * (1 + below(64))};
		if (is_apart(b, r))
			bench_busy(b, "busy", r.addr, r.len);
		r = (struct range){random_page(), PAGE * (1 + below(8))};
		if (is_apart(b, r) && below(2))
			bench_fixed(b, "fixed", r.addr, r.len);
	}
	if (below(2)) /* little room, so that what moves must share it */
		bench_ram(b, 6 * MIB);
	for (uint64_t n = below(5); n; n--) {
		r = (struct range){
		        random_page() + below(2) * below(PAGE), 1 + below(512 * KIB)};
		if (below(4) == 0)
			bench_stream(b, 1 + below(MIB));
		else if (is_apart(b, r))
			bench_module(b, r.addr, r.len);
	}
	if (below(4) == 0)
		b->kernel.elf.evidence = b->kernel.format == KERNEL_ELF64 ? LINUX_NO : 0;
}

static void
random_layouts(void **state)
{
	unsigned planned = 0, staged = 0, late = 0;
	struct bench b;

	(void)state;
	for (unsigned i = 0; i < 600; i++) {
		seed = i;
		random_layout(&b);
		if (bench_plan(&b) != REFUSAL_NONE)
			continue;
		bench_run(&b);
		planned++;
		staged += count_kind(&b.plan, PLACE_STAGE) != 0;
		late += count_late(&b.plan) != 0;
	}
	print_message("%u planned, %u staged, %u late\n", planned, staged, late);
	/* the layouts must be worth the time: most can be planned, many are hard */
	assert_true(planned > 400);
	assert_true(staged > 20);
	assert_true(late > 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(module_kernel_is_copied),
	        cmocka_unit_test(kernel_over_itself),
	        cmocka_unit_test(kernel_in_place),
	        cmocka_unit_test(initrd_in_the_kernels_way),
	        cmocka_unit_test(kernel_and_initrd_swapped),
	        cmocka_unit_test(swapped_above_4g),
	        cmocka_unit_test(stream_over_the_stub),
	        cmocka_unit_test(bss_over_the_stub),
	        cmocka_unit_test(late_is_catching),
	        cmocka_unit_test(initrds_are_joined),
	        cmocka_unit_test(random_layouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
