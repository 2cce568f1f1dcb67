/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which protocol, where the kernel lies, where it is entered, and each refusal of that. Every
 * accepted plan is also carried out in a simulated memory where that reaches.
 */
#include "tests/unit/unit.h"

#include "tests/unit/plan_bench.h"

static void
expect(struct bench *b, enum protocol protocol, uint64_t load, uint64_t entry)
{
	assert_int_equal(bench_plan(b), REFUSAL_NONE);
	assert_int_equal(b->plan.protocol, protocol);
	assert_int_equal(b->plan.kernel_load, load);
	assert_int_equal(b->plan.entry, entry);
	if (memmap_ram_end(&b->map) <= BENCH_RAM)
		bench_run(b);
}

static void
expect_refusal(struct bench *b, enum refusal_code code)
{
	assert_int_equal(bench_plan(b), code);
	assert_int_equal(b->why.code, code);
	assert_non_null(b->why.subject);
}

/* ------------------------------------------------------------ ELF: protocol */

static void
elf_auto_prefers_pvh(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100);
	assert_int_equal(b.plan.displacement, 0);
	b.req.protocol = PROTOCOL_LINUX64;
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB);
}

static void
elf_without_note_is_linux64(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.pvh = false;
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB);
	b.kernel.elf.evidence = LINUX_NO;
	expect_refusal(&b, REFUSAL_ELF_NO_PROTOCOL);
	b.kernel.elf.program = "a program";
	expect_refusal(&b, REFUSAL_ELF_PROGRAM);
	assert_string_equal(b.why.detail, "a program");
	b.req.protocol = PROTOCOL_LINUX64; /* asked for: any ELF64 */
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB);
	b.req.protocol = PROTOCOL_PVH;
	expect_refusal(&b, REFUSAL_ELF_NO_PVH);
}

static void
elf32_only_by_pvh(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.format = KERNEL_ELF32;
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100);
	b.req.protocol = PROTOCOL_LINUX64;
	expect_refusal(&b, REFUSAL_ELF_NO_LINUX64);
	b.req.protocol = PROTOCOL_LINUX32;
	expect_refusal(&b, REFUSAL_ELF_NO_LINUX32);
	b.req.protocol = PROTOCOL_AUTO;
	b.kernel.elf.pvh = false;
	expect_refusal(&b, REFUSAL_ELF_NO_PROTOCOL);
}

/* A note that points nowhere: Linux still has its other entry, others are refused. */
static void
elf_entries_must_be_loaded(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.pvh_entry = 4 * MIB + 256 * KIB; /* the first byte of the BSS */
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB);
	b.kernel.elf.pvh_entry--;
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 256 * KIB - 1);
	b.kernel.elf.pvh_entry = 4 * MIB - 1;
	b.kernel.elf.evidence = LINUX_NO;
	expect_refusal(&b, REFUSAL_ELF_ENTRY);
	assert_string_equal(b.why.detail, "PVH entry");
	b.kernel.elf.evidence = LINUX_NOTE;
	b.kernel.elf.entry_loaded = false;
	expect_refusal(&b, REFUSAL_ELF_ENTRY);
	assert_string_equal(b.why.detail, "PVH entry");
	b.kernel.elf.pvh = false;
	expect_refusal(&b, REFUSAL_ELF_ENTRY);
	assert_string_equal(b.why.detail, "ELF entry");
}

/* --------------------------------------------------------------- ELF: place */

/* Its own place is fixed: PVH cannot move without the note, boot_params can, by 2 MiB. */
static void
elf_place_taken(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_fixed(&b, "ACPI tables", 4 * MIB + 0x20000, PAGE);
	expect(&b, PROTOCOL_LINUX64, 6 * MIB, 6 * MIB);
	assert_int_equal(b.plan.displacement, 2 * MIB);
	b.req.protocol = PROTOCOL_PVH;
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_PLACE);
	assert_string_equal(b.why.a.name, "kernel segment");
	assert_int_equal(b.why.a.range.addr, 4 * MIB);
	assert_string_equal(b.why.b.name, "ACPI tables");
	b.req.protocol = PROTOCOL_LINUX64;
	b.kernel.elf.evidence = LINUX_NO;
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_PLACE);
}

/* The address modulo 2 MiB is kept. */
static void
elf_displaced_keeps_phase(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.segment[0].paddr = 4 * MIB + 0x3000;
	b.kernel.elf.entry = 4 * MIB + 0x4000;
	b.kernel.elf.pvh = false;
	bench_fixed(&b, "ACPI tables", 4 * MIB, 0x4000);
	expect(&b, PROTOCOL_LINUX64, 6 * MIB + 0x3000, 6 * MIB + 0x4000);
}

/* Linked beyond the end of RAM: a Linux moves down. */
static void
elf_linked_too_high(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.segment[0].paddr = 64 * MIB;
	b.kernel.elf.entry = 64 * MIB + 8;
	b.kernel.elf.pvh_entry = 64 * MIB;
	expect(&b, PROTOCOL_LINUX64, 2 * MIB, 2 * MIB + 8);
	assert_int_equal(b.plan.displacement, -(int64_t)(62 * MIB));
	b.req.protocol = PROTOCOL_PVH;
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_PLACE);
	assert_string_equal(b.why.b.name, "no RAM is there");
}

/* Sources and the executor in the way are no reason to move. */
static void
elf_over_sources_stays(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_module(&b, 4 * MIB + 4096, 128 * KIB);
	bench_busy(&b, "kshim", 4 * MIB + 0x50000, 0x8000);
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100);
}

static void
elf_pvh_reloc(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.evidence = LINUX_NO;
	b.kernel.elf.reloc = true;
	b.kernel.elf.reloc_align = 1 * MIB;
	b.kernel.elf.reloc_min = 2 * MIB;
	b.kernel.elf.reloc_max = 0xffffffff;
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100); /* free: stays */
	bench_fixed(&b, "table", 4 * MIB, PAGE);
	expect(&b, PROTOCOL_PVH, 5 * MIB, 5 * MIB + 0x100);
	b.kernel.elf.reloc_max = 5 * MIB + 384 * KIB - 1; /* the last byte fits exactly */
	expect(&b, PROTOCOL_PVH, 5 * MIB, 5 * MIB + 0x100);
	b.kernel.elf.reloc_max--;
	expect(&b, PROTOCOL_PVH, 2 * MIB, 2 * MIB + 0x100);
	b.kernel.elf.reloc_min++;
	expect(&b, PROTOCOL_PVH, 3 * MIB, 3 * MIB + 0x100);
	b.kernel.elf.reloc_min = 3 * MIB + 1;
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_ROOM);
}

static void
elf_pvh_above_4g(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_ram(&b, 8 * GIB);
	bench_segment(&b, 4 * GIB - MIB, MIB, MIB);
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100);
	bench_segment(&b, 5 * GIB, MIB, MIB); /* the entry is in reach */
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100);
	b.kernel.elf.segment[0].paddr = 4 * GIB;
	b.kernel.elf.segment[1].paddr = 6 * GIB;
	b.kernel.elf.segment[2].paddr = 7 * GIB;
	b.kernel.elf.entry = 4 * GIB;
	expect(&b, PROTOCOL_LINUX64, 4 * GIB, 4 * GIB);
	b.req.protocol = PROTOCOL_PVH;
	expect_refusal(&b, REFUSAL_PLAN_PVH_HIGH);
}

/* A note by which it could be moved, were it valid, is named only if it is needed. */
static void
elf_pvh_bad_relocation(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.kernel.elf.evidence = LINUX_NO;
	b.kernel.elf.reloc_wrong = "alignment";
	b.kernel.elf.reloc_note_off = 0x1234;
	b.kernel.elf.reloc_found = 3;
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100);
	bench_fixed(&b, "table", 4 * MIB, PAGE);
	expect_refusal(&b, REFUSAL_ELF_NOTE_RELOC);
	assert_string_equal(b.why.detail, "alignment");
	assert_int_equal(b.why.where, 0x1234);
	assert_int_equal(b.why.found, 3);
	assert_string_equal(b.why.b.name, "table");
	b.kernel.elf.evidence = LINUX_GUEST_OS; /* then there is another way */
	expect(&b, PROTOCOL_LINUX64, 6 * MIB, 6 * MIB);
}

/* ------------------------------------------------------------------ bzImage */

static void
bzimage_best_entry(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB + 0x200);
	b.req.protocol = PROTOCOL_LINUX32;
	b.kernel.bz.entry32_off = 0x10;
	expect(&b, PROTOCOL_LINUX32, 4 * MIB, 4 * MIB + 0x10);
	b.kernel.bz.entry32_off = 0;
	b.req.protocol = PROTOCOL_AUTO;
	b.kernel.bz.xloadflags = 0;
	expect(&b, PROTOCOL_LINUX32, 4 * MIB, 4 * MIB);
	b.req.protocol = PROTOCOL_LINUX64;
	expect_refusal(&b, REFUSAL_BZ_NO_ENTRY64);
	b.req.protocol = PROTOCOL_PVH;
	expect_refusal(&b, REFUSAL_BZ_NO_PVH);
}

static void
bzimage_preferred_place_taken(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_fixed(&b, "table", 4 * MIB + 512 * KIB, PAGE); /* inside init_size only */
	expect(&b, PROTOCOL_LINUX64, 6 * MIB, 6 * MIB + 0x200);
	assert_int_equal(b.plan.kernel_alignment, 2 * MIB);
}

/* min_alignment is used only when the kernel's own alignment finds no room. */
static void
bzimage_weaker_alignment(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.alignment = 8 * MIB;
	b.kernel.bz.min_alignment = 2 * MIB;
	b.kernel.bz.pref_address = 2 * MIB;
	expect(&b, PROTOCOL_LINUX64, 8 * MIB, 8 * MIB + 0x200);
	assert_int_equal(b.plan.kernel_alignment, 8 * MIB);
	bench_fixed(&b, "table", 8 * MIB, PAGE);
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB + 0x200);
	assert_int_equal(b.plan.kernel_alignment, 4 * MIB);
	b.kernel.bz.min_alignment = 8 * MIB;
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_ROOM);
}

/* init_size to the last byte of RAM, and one more. */
static void
bzimage_init_size_is_reserved(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.init_size = BENCH_RAM - 4 * MIB;
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB + 0x200);
	b.kernel.bz.init_size++;
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_ROOM);
	assert_int_equal(b.why.wanted, BENCH_RAM - 4 * MIB + 1);
	assert_int_equal(b.why.found, BENCH_RAM - 4 * MIB);
	assert_int_equal(b.why.where, 2 * MIB);
}

/* Room only above 4 GiB: with XLF_CAN_BE_LOADED_ABOVE_4G and the 64-bit entry. */
static void
bzimage_above_4g(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_ram(&b, 3 * MIB);
	assert_int_equal(memmap_add(&b.map, 4 * GIB, GIB, MEM_RAM, &b.why), 0);
	expect(&b, PROTOCOL_LINUX64, 4 * GIB, 4 * GIB + 0x200);
	assert_int_equal(b.plan.mapped, 2);
	assert_int_equal(b.plan.map[0].len, 16 * MIB);
	assert_int_equal(b.plan.map[1].addr, 4 * GIB);
	assert_int_equal(b.plan.map[1].len, GIB);
	assert_int_equal(memmap_add(&b.map, 3 * GIB, GIB, MEM_ACPI, &b.why), 0);
	expect(&b, PROTOCOL_LINUX64, 4 * GIB, 4 * GIB + 0x200);
	assert_int_equal(b.plan.mapped, 1); /* 0 to 5 GiB in one piece */
	assert_int_equal(b.plan.map[0].len, 5 * GIB);
	b.kernel.bz.xloadflags = 1;
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_ROOM);
	b.kernel.bz.xloadflags = 3;
	b.req.protocol = PROTOCOL_LINUX32;
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_ROOM);
}

/* Memory that no page tables of ours show at its own address. */
static void
bzimage_beyond_page_tables(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	bench_ram(&b, 3 * MIB);
	assert_int_equal(memmap_add(&b.map, 1ull << 50, GIB, MEM_RAM, &b.why), 0);
	expect_refusal(&b, REFUSAL_SPACE_UNREACHABLE);
	assert_int_equal(b.why.a.range.addr, 1ull << 50);
	assert_int_equal(memmap_add(&b.map, (1ull << 47) - GIB, GIB, MEM_RAM, &b.why), 0);
	expect(&b, PROTOCOL_LINUX64, (1ull << 47) - GIB, (1ull << 47) - GIB + 0x200);
}

/* A place that ends with the address space: there is no memory, whatever a sum that wraps says.
 */
static void
bzimage_at_the_end_of_the_space(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.pref_address = 0 - align_down(b.kernel.bz.init_size + 16 * MIB, 16 * MIB);
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_ROOM);
	b.kernel.bz.init_size = (uint32_t)(0 - b.kernel.bz.pref_address);
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_ROOM);
}

static void
bzimage_at_its_one_place(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.relocatable = false;
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB + 0x200);
	bench_fixed(&b, "table", 4 * MIB + 767 * KIB, PAGE);
	expect_refusal(&b, REFUSAL_PLAN_KERNEL_PLACE);
	assert_string_equal(b.why.b.name, "table");
	b.kernel.bz.pref_address = 0; /* before 2.10 */
	b.kernel.bz.version = 0x206;
	b.kernel.bz.xloadflags = 0;
	expect(&b, PROTOCOL_LINUX32, 1 * MIB, 1 * MIB);
}

/* iPXE: a setup header, but nothing to enter in 32 bits. */
static void
bzimage_for_real_mode_only(void **state)
{
	struct bench b;

	(void)state;
	bench_bzimage(&b);
	b.kernel.bz.code32_start = 0;
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB + 0x200);
	b.req.protocol = PROTOCOL_LINUX32;
	expect_refusal(&b, REFUSAL_BZ_REAL_MODE);
	b.req.protocol = PROTOCOL_AUTO;
	b.kernel.bz.xloadflags = 0;
	expect_refusal(&b, REFUSAL_BZ_REAL_MODE);
	assert_string_equal(b.why.detail, "code32_start");
	assert_int_equal(b.why.where, 0x214);
	b.kernel.bz.code32_start = 1 * MIB; /* memdisk */
	b.kernel.bz.real_mode = true;
	for (enum protocol p = PROTOCOL_AUTO; p <= PROTOCOL_LINUX32; p++) {
		b.req.protocol = p;
		expect_refusal(&b, p == PROTOCOL_PVH       ? REFUSAL_BZ_NO_PVH
		                   : p == PROTOCOL_LINUX64 ? REFUSAL_BZ_NO_ENTRY64
		                                           : REFUSAL_BZ_REAL_MODE);
	}
	assert_string_equal(b.why.detail, "syssize");
	assert_int_equal(b.why.where, 0x1f4);
}

/* ------------------------------------------------------ map and command line */

static void
no_ram(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	b.map.count = 0;
	assert_int_equal(bench_plan(&b), REFUSAL_MAP_NONE);
	assert_int_equal(memmap_add(&b.map, 0, GIB, MEM_RESERVED, &b.why), 0);
	assert_int_equal(bench_plan(&b), REFUSAL_MAP_NO_RAM);
}

static void
set_cmdline(struct bench *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		b->line[i] = 'x';
	b->line[len] = '\0';
	b->req.cmdline.len = len;
}

static void
cmdline_limits(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	set_cmdline(&b, 2047);
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100);
	set_cmdline(&b, 2048);
	expect_refusal(&b, REFUSAL_CMDLINE_LONG);
	assert_int_equal(b.why.found, 2048);
	assert_int_equal(b.why.wanted, 2047);
	b.kernel.elf.evidence = LINUX_NO; /* a hypervisor declares no limit */
	set_cmdline(&b, 5000);
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100);
	bench_bzimage(&b);
	b.kernel.bz.cmdline_max = 255;
	set_cmdline(&b, 255);
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB + 0x200);
	set_cmdline(&b, 256);
	expect_refusal(&b, REFUSAL_CMDLINE_LONG);
}

/* n separate RAM pages far apart. */
static void
add_pages(struct bench *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(
		        memmap_add(&b->map, 12 * MIB + i * 8192, PAGE, MEM_RAM, &b->why), 0);
}

static void
pvh_linux_takes_126_entries(void **state)
{
	struct bench b;

	(void)state;
	bench_elf(&b);
	bench_ram(&b, 8 * MIB);
	add_pages(&b, 124);
	expect(&b, PROTOCOL_PVH, 4 * MIB, 4 * MIB + 0x100);
	assert_int_equal(b.plan.map_entries, 126);
	bench_ram(&b, 8 * MIB);
	add_pages(&b, 125);
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB); /* which has no such limit */
	assert_int_equal(b.plan.map_entries, 127);
	b.req.protocol = PROTOCOL_PVH;
	assert_int_equal(bench_plan(&b), REFUSAL_MAP_TOO_MANY);
	b.req.protocol = PROTOCOL_LINUX64;
	expect(&b, PROTOCOL_LINUX64, 4 * MIB, 4 * MIB);
	assert_int_equal(b.plan.map_entries, 127);
}

/* What an old kernel's table cannot hold is merged, RAM is never given up. */
static void
old_kernels_take_fewer_entries(void **state)
{
	static const struct {
		uint16_t version;
		uint32_t limit;
	} rows[] = {{0x203, 32}, {0x204, 128}, {0x208, 128}};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench b;

		bench_bzimage(&b);
		b.kernel.bz.version = rows[i].version;
		b.kernel.bz.xloadflags = 0;
		bench_ram(&b, 8 * MIB);
		add_pages(&b, rows[i].limit - 2);
		expect(&b, PROTOCOL_LINUX32, 4 * MIB, 4 * MIB);
		assert_int_equal(b.plan.map_entries, rows[i].limit);
		bench_ram(&b, 8 * MIB);
		add_pages(&b, rows[i].limit - 1);
		assert_int_equal(bench_plan(&b), REFUSAL_MAP_TOO_MANY);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(elf_auto_prefers_pvh),
	        cmocka_unit_test(elf_without_note_is_linux64),
	        cmocka_unit_test(elf32_only_by_pvh),
	        cmocka_unit_test(elf_entries_must_be_loaded),
	        cmocka_unit_test(elf_place_taken),
	        cmocka_unit_test(elf_displaced_keeps_phase),
	        cmocka_unit_test(elf_linked_too_high),
	        cmocka_unit_test(elf_over_sources_stays),
	        cmocka_unit_test(elf_pvh_reloc),
	        cmocka_unit_test(elf_pvh_above_4g),
	        cmocka_unit_test(elf_pvh_bad_relocation),
	        cmocka_unit_test(bzimage_best_entry),
	        cmocka_unit_test(bzimage_preferred_place_taken),
	        cmocka_unit_test(bzimage_weaker_alignment),
	        cmocka_unit_test(bzimage_init_size_is_reserved),
	        cmocka_unit_test(bzimage_above_4g),
	        cmocka_unit_test(bzimage_beyond_page_tables),
	        cmocka_unit_test(bzimage_at_the_end_of_the_space),
	        cmocka_unit_test(bzimage_at_its_one_place),
	        cmocka_unit_test(bzimage_for_real_mode_only),
	        cmocka_unit_test(no_ram),
	        cmocka_unit_test(cmdline_limits),
	        cmocka_unit_test(pvh_linux_takes_126_entries),
	        cmocka_unit_test(old_kernels_take_fewer_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
