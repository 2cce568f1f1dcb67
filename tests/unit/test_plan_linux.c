/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PVH kernel of which only its memory is known, as kshim.rom knows one that QEMU has placed:
 * what its plan depends on, and whether its loaded notes say that it is Linux.
 */
#include "unit.h"

#include <string.h>

#include "stub/plan/planner.h"
#include "tests/unit/build_elf.h"
#include "tests/unit/plan_bench.h"

static void
expect_refusal(struct bench *b, enum refusal_code code)
{
	assert_int_equal(bench_plan(b), code);
}

/* What is wrong with PVH is said, where boot_params is no other way. */
static void
pvh_refusal_stays_without_linux_entry(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.entry = 0;
	b.kernel.elf.entry_loaded = false;
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	assert_int_equal(b.plan.protocol, PROTOCOL_PVH);
	bench_ram(&b, 4 * MIB);
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_PLACE);
	assert_int_equal(b.why.a.range.addr, 4 * MIB);
	bench_ram(&b, BENCH_RAM);
	for (uint32_t i = 0; i < PVH_LINUX_MAP; i++)
		assert_int_equal(memmap_add(&b.map, GIB + i * MIB, PAGE * (1 + i % 2),
		                         i % 2 ? MEM_RAM : MEM_NVS, &b.why),
		        0);
	expect_refusal(&b, REFUSAL_MAP_TOO_MANY);
}

static bool
same_plans(struct bench *b)
{
	static struct plan other;
	enum refusal_code code;

	b->kernel.elf.evidence = LINUX_NO;
	code = bench_plan(b);
	other = b->plan;
	b->kernel.elf.evidence = LINUX_GUEST_OS;
	if (bench_plan(b) != code || code)
		return bench_plan(b) == code;
	return other.map_entries == b->plan.map_entries &&
	       other.placements == b->plan.placements &&
	       memcmp(&other.initrd, &b->plan.initrd, sizeof(other.initrd)) == 0 &&
	       memcmp(other.placement, b->plan.placement,
	               other.placements * sizeof(other.placement[0])) == 0;
}

static void
fill_line(struct bench *b, uint64_t len)
{
	memset(b->line, 'x', sizeof(b->line));
	b->line[len] = 0;
	b->req.cmdline.len = len;
}

/* Each of what it depends on, at its limit and beyond. */
static void
plan_asks_for_linux_where_it_matters(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.entry_loaded = false;
	assert_false(plan_asks_for_linux(&b.req));
	assert_true(same_plans(&b));
	bench_module(&b, 9 * MIB + 1, 4097);
	fill_line(&b, 2047);
	b.req.map_spare = PVH_LINUX_MAP - b.map.count;
	assert_false(plan_asks_for_linux(&b.req));
	assert_true(same_plans(&b));
	b.req.map_spare++;
	assert_true(plan_asks_for_linux(&b.req));
	assert_false(same_plans(&b));
	b.req.map_spare = 0;
	fill_line(&b, 2048);
	assert_true(plan_asks_for_linux(&b.req));
	assert_false(same_plans(&b));
	fill_line(&b, 0);
	bench_stream(&b, 5);
	assert_true(plan_asks_for_linux(&b.req));
	assert_false(same_plans(&b));
	b.req.blobs = 2;
	assert_false(plan_asks_for_linux(&b.req));
	b.req.blob[1].size = 0; /* a module or none */
	assert_true(plan_asks_for_linux(&b.req));
}

/* The longest line of each format is planned, and not one byte more. */
static void
line_as_long_as_it_says(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.evidence = LINUX_NOTE;
	assert_int_equal(plan_line_most(&b.kernel), 2047);
	bench_bzimage(&b);
	b.kernel.bz.cmdline_max = 300;
	assert_int_equal(plan_line_most(&b.kernel), 300);
	fill_line(&b, 300);
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	fill_line(&b, 301);
	assert_int_equal(bench_plan(&b), REFUSAL_CMDLINE_LONG);
}

/* ------------------------------------------------------------ notes in memory */

static struct elf_build elf;

/* Notes as a linker makes them: `begin`, then some of these. */
static void
begin(void)
{
	elf_new(&elf, true);
	elf_note_segment(&elf, 4);
	elf_note(&elf, "GNU", 3, "0123456789abcdef0123", 20);
}

/* Where the notes lie at `shift` in otherwise empty memory. */
static enum linux_evidence
found_at(size_t shift)
{
	static uint8_t memory[sizeof(elf.bytes) + 64];
	struct span all = {memory, elf.size + shift};

	memset(memory, 0, sizeof(memory));
	memcpy(memory + shift, elf.bytes, elf.size);
	return linux_evidence_in(&all, 1);
}

static void
notes_in_memory(void **state)
{
	(void)state;
	begin();
	assert_int_equal(found_at(0), LINUX_NO);
	elf_note_number(&elf, "Xen", 18, 0x1000100, 4);
	assert_int_equal(found_at(0), LINUX_NO);
	elf_note(&elf, "Linux", 0x100, "salt", 5);
	assert_int_equal(found_at(0), LINUX_NOTE);
	assert_int_equal(found_at(60), LINUX_NOTE);
	assert_int_equal(found_at(2), LINUX_NO); /* no note lies so */
	elf_note(&elf, "Xen", 6, "NetBSD", 7);
	assert_int_equal(found_at(0), LINUX_NO); /* it says itself what it is */
	begin();
	elf_note(&elf, "Xen", 6, "linux", 6);
	assert_int_equal(found_at(0), LINUX_GUEST_OS);
	elf_note(&elf, "Xen", 6, "FreeBSD", 8); /* the first counts */
	assert_int_equal(found_at(0), LINUX_GUEST_OS);
}

static void
what_looks_like_a_note(void **state)
{
	(void)state;
	begin();
	elf_note(&elf, "Linuxy", 0x100, "salt", 5);
	elf_note(&elf, "Xenix", 6, "linux", 6);
	elf_note(&elf, "Xen", 7, "linux", 6);
	elf_note(&elf, "Xen", 6, "linux-like", 11);
	assert_int_equal(found_at(0), LINUX_NO);
}

/* A note that reaches past the end of memory is none. */
static void
cut_notes(void **state)
{
	(void)state;
	begin();
	elf_note(&elf, "Xen", 6, "linuxlinuxlinux", 16);
	for (size_t cut = 1; cut <= 32; cut++) {
		elf.size--;
		assert_int_equal(found_at(0), LINUX_NO);
	}
	assert_int_equal(linux_evidence_in(NULL, 0), LINUX_NO);
}

/* The parts of a kernel are one after the other. */
static void
notes_in_parts(void **state)
{
	static const uint8_t linux_note[] = "\6\0\0\0\0\0\0\0\0\1\0\0Linux\0\0";
	static const uint8_t other_note[] = "\4\0\0\0\4\0\0\0\6\0\0\0Xen\0BSD";
	struct span part[] = {
	        {NULL, 0}, {linux_note, sizeof(linux_note)}, {other_note, sizeof(other_note)}};

	(void)state;
	assert_int_equal(linux_evidence_in(part, 2), LINUX_NOTE);
	assert_int_equal(linux_evidence_in(part, 3), LINUX_NO);
	part[0] = part[2];
	assert_int_equal(linux_evidence_in(part, 2), LINUX_NO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(pvh_refusal_stays_without_linux_entry),
	        cmocka_unit_test(plan_asks_for_linux_where_it_matters),
	        cmocka_unit_test(line_as_long_as_it_says),
	        cmocka_unit_test(notes_in_memory),
	        cmocka_unit_test(what_looks_like_a_note),
	        cmocka_unit_test(cut_notes),
	        cmocka_unit_test(notes_in_parts),
	};

	return cmocka_run_group_tests_name("plan_linux", tests, NULL, NULL);
}
