/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What segments, notes and e_entry say together: where the kernel starts, how it may be moved,
 * whether it is Linux, where it lies.
 */
#include "tests/unit/probing_elf.h"

/* Trap: the ELF entry taken for the load base. */
static void
entry_is_not_the_load_base(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_E(&b, e_entry, ELF_PADDR + 0x40ff);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.entry, ELF_PADDR + 0x40ff);
	assert_true(facts.elf.entry_loaded);
	assert_int_equal(facts.elf.segment[0].paddr, ELF_PADDR);
}

static void
entry_in_the_part_without_file_bytes(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_E(&b, e_entry, ELF_PADDR + 0x4100);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.entry, ELF_PADDR + 0x4100);
	assert_false(facts.elf.entry_loaded);
}

static void
entry_at_the_edges_of_a_segment(void **state)
{
	static const struct {
		uint64_t entry;
		bool loaded;
	} rows[] = {{ELF_PADDR - 1, false}, {ELF_PADDR, true}, {ELF_PADDR + 0x1ff, true},
	        {ELF_PADDR + 0x200, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		elf_valid(&b, true);
		ELF_SET_E(&b, e_entry, rows[i].entry);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(facts.elf.entry, rows[i].entry);
		assert_int_equal(facts.elf.entry_loaded, rows[i].loaded);
		ELF_SET_E(&b, e_entry, ELF_VBASE + rows[i].entry);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(facts.elf.entry_loaded, rows[i].loaded);
		if (i > 0)
			assert_int_equal(facts.elf.entry, rows[i].entry);
	}
}

static void
virtual_entry(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_E(&b, e_entry, ELF_VBASE + ELF_PADDR + 0x4010);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.entry, ELF_PADDR + 0x4010);
	assert_true(facts.elf.entry_loaded);
}

static void
physical_wins_over_virtual(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_P(&b, 1, p_vaddr, ELF_PADDR); /* ELF_ENTRY is in its virtual range too */
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.entry, ELF_ENTRY);
}

static void
entry_in_no_segment_is_no_refusal(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_E(&b, e_entry, 0x123);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.entry, 0x123);
	assert_false(facts.elf.entry_loaded);
	assert_true(facts.elf.pvh);
}

static void
segment_whose_virtual_range_wraps(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_P(&b, 0, p_vaddr, UINT64_MAX - 0xff);
	ELF_SET_E(&b, e_entry, UINT64_MAX);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.entry, ELF_PADDR + 0xff);
	assert_true(facts.elf.entry_loaded);
}

static void
relocation_values(void **state)
{
	static const uint32_t values[] = {0x400000, 0x1000000, 0x3fffffff, 0xdead};
	const struct elf_facts *e = &facts.elf;

	(void)state;
	for (uint32_t n = 0; n <= 4; n++) {
		kernel(true);
		elf_note_segment(&b, 4);
		elf_note(&b, "Xen", RELOC, values, n * 4);
		elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
		assert_pvh(ELF_PVH);
		assert_true(e->reloc);
		assert_int_equal(e->reloc_align, n > 0 ? values[0] : 0x1000);
		assert_int_equal(e->reloc_min, n > 1 ? values[1] : 0);
		assert_int_equal(e->reloc_max, n > 2 ? values[2] : 0xffffffff);
	}
}

static void
relocation_default_alignment(void **state)
{
	static const struct {
		uint64_t p_align;
		uint32_t align;
	} rows[] = {{0, 0x200000}, {0x800, 0x200000}, {0x1000, 0x1000}, {0x400000, 0x400000}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		elf_new(&b, true);
		elf_load(&b, ELF_PADDR, ELF_PADDR, 0x200, 0x3000);
		ELF_SET_P(&b, 0, p_align, rows[i].p_align);
		elf_note_segment(&b, 4);
		elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
		elf_note(&b, "Xen", RELOC, "", 0);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_true(facts.elf.reloc);
		assert_int_equal(facts.elf.reloc_align, rows[i].align);
	}
}

static void
alignment_beyond_4_gib_is_not_movable(void **state)
{
	(void)state;
	kernel(true);
	ELF_SET_P(&b, 0, p_align, 1ull << 31);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	elf_note(&b, "Xen", RELOC, "", 0);
	assert_pvh(ELF_PVH);
	assert_true(facts.elf.reloc_align == 1u << 31);
	kernel(true);
	ELF_SET_P(&b, 0, p_align, 1ull << 32);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	elf_note(&b, "Xen", RELOC, "", 0);
	assert_pvh(ELF_PVH);
	assert_false(facts.elf.reloc);
}

static size_t
relocatable(uint32_t align, uint32_t first, uint32_t last)
{
	uint32_t values[] = {align, first, last};

	kernel(true);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	return elf_note(&b, "Xen", RELOC, values, 12) + 16;
}

/* A note that makes no sense counts as none, and what is wrong with it is kept. */
static void
assert_bad_relocation(const char *what, size_t at, uint64_t found)
{
	assert_pvh(ELF_PVH);
	assert_false(facts.elf.reloc);
	assert_string_equal(facts.elf.reloc_wrong, what);
	assert_int_equal(facts.elf.reloc_note_off, at);
	assert_int_equal(facts.elf.reloc_found, found);
}

static void
assert_good_relocation(void)
{
	assert_pvh(ELF_PVH);
	assert_true(facts.elf.reloc);
	assert_null(facts.elf.reloc_wrong);
}

static void
bad_relocation(void **state)
{
	static const uint32_t aligns[] = {0, 1, 0x800, 0xfff, 0x1001, 0x300000};

	(void)state;
	for (size_t i = 0; i < sizeof(aligns) / sizeof(aligns[0]); i++) {
		size_t at = relocatable(aligns[i], 0, UINT32_MAX);

		assert_bad_relocation("alignment", at, aligns[i]);
	}
	relocatable(0x1000, 0, UINT32_MAX);
	assert_good_relocation();
	relocatable(0x80000000, 5, 6);
	assert_good_relocation();
	for (uint32_t last = 4; last <= 5; last++) {
		size_t at = relocatable(0x80000000, 5, last);

		assert_bad_relocation("last address", at, last);
	}
}

static void
relocation_without_entry_says_nothing(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note(&b, "Xen", RELOC, "abc", 4);
	assert_no_pvh();
	assert_false(facts.elf.reloc);
}

static void
guest_os(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note(&b, "Xen", 6, "linux", 6);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_string_equal(facts.elf.guest_os, "linux");
	assert_int_equal(facts.elf.evidence, LINUX_GUEST_OS);
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note(&b, "Xen", 6, "linux-like", 11);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_string_equal(facts.elf.guest_os, "linux-like");
	assert_int_equal(facts.elf.evidence, LINUX_NO);
}

static void
guest_os_lengths(void **state)
{
	static const char text[] = "0123456789abcdef0123456789abcdef";

	(void)state;
	for (uint32_t len = FACTS_GUEST_OS - 2; len <= FACTS_GUEST_OS; len++) {
		kernel(true);
		elf_note_segment(&b, 4);
		elf_note(&b, "Xen", 6, text, len); /* without NUL */
		assert_int_equal(probe(), REFUSAL_NONE);
		if (len < FACTS_GUEST_OS) {
			assert_int_equal(strlen(facts.elf.guest_os), len);
			assert_memory_equal(facts.elf.guest_os, text, len);
		} else {
			assert_string_equal(facts.elf.guest_os, "?");
		}
	}
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note(&b, "Xen", 6, "", 0);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_string_equal(facts.elf.guest_os, "");
}

static void
linux_by_note_owner(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note(&b, "Linux", 0x100, "salt", 5);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NO); /* linked as a program */
	assert_string_equal(facts.elf.program, "user-mode Linux, which is a program");
	ELF_SET_P(&b, 0, p_vaddr, 0xffff000000000000ull);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NOTE);
	assert_null(facts.elf.program);
	elf_note(&b, "Xen", 6, "NetBSD", 7);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NO); /* it says itself what it is */
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note(&b, "Linuxy", 0x100, "salt", 5);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NO);
}

static void
assert_program(const char *program)
{
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NO);
	assert_string_equal(facts.elf.program, program);
}

/* What an operating system loads: user-mode Linux, libraries, Linux's vDSO. */
static void
programs(void **state)
{
	(void)state;
	for (int is64 = 0; is64 < 2; is64++) {
		kernel(is64);
		elf_header(&b, PT_DYNAMIC);
		assert_program("a library, or a program that is linked as it starts");
		elf_note_segment(&b, 4);
		elf_note(&b, "Linux", 0x100, "salt", 5);
		assert_program("a library, or a program that is linked as it starts");
		elf_header(&b, PT_INTERP);
		assert_program("user-mode Linux, which is a program");
		kernel(is64);
		elf_header(&b, PT_INTERP);
		assert_program("a program that asks for an interpreter");
		kernel(is64);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_null(facts.elf.program);
	}
}

/* FreeBSD's kernels name an interpreter, unikernels are position-independent. */
static void
kernels_that_look_like_programs(void **state)
{
	(void)state;
	kernel(true);
	elf_header(&b, PT_INTERP);
	elf_header(&b, PT_DYNAMIC);
	elf_note_segment(&b, 4);
	elf_note(&b, "Linux", 0x100, "salt", 5);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	assert_pvh(ELF_PVH);
	assert_null(facts.elf.program);
	assert_int_equal(facts.elf.evidence, LINUX_NOTE);
	kernel(true);
	elf_header(&b, PT_INTERP);
	elf_note_segment(&b, 4);
	elf_note(&b, "Xen", 6, "FreeBSD", 8);
	assert_no_pvh();
	assert_null(facts.elf.program);
	elf_valid(&b, true);
	elf_header(&b, PT_DYNAMIC);
	ELF_SET_P(&b, 2, p_type, PT_NULL); /* without its note */
	assert_no_pvh();
	assert_int_equal(facts.elf.evidence, LINUX_LINK_MAP);
	assert_null(facts.elf.program);
}

static void
linux_by_link_map(void **state)
{
	(void)state;
	elf_valid(&b, true);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_LINK_MAP);
	elf_load(&b, ELF_PADDR + 0x8000, 0, 0x100, 0x100); /* the per-CPU area */
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_LINK_MAP);
}

static void
link_maps_that_are_not_linux(void **state)
{
	(void)state;
	elf_valid(&b, false);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NO);
	elf_valid(&b, true); /* a BSD: entered at a virtual address */
	ELF_SET_E(&b, e_entry, ELF_VBASE + ELF_ENTRY);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NO);
	elf_valid(&b, true);
	ELF_SET_P(&b, 1, p_vaddr, ELF_VBASE + ELF_PADDR + 0x5000);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NO);
	elf_valid(&b, true);
	ELF_SET_P(&b, 0, p_vaddr, ELF_PADDR);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NO);
	elf_valid(&b, true);
	ELF_SET_E(&b, e_entry, 0x10);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.evidence, LINUX_NO);
}

/* BSD kernels: virtual addresses in p_paddr, and a PADDR_OFFSET note that says so. */
static void
virtual_addresses_in_paddr(void **state)
{
	(void)state;
	elf_new(&b, true);
	elf_load(&b, ELF_VBASE + ELF_PADDR, ELF_VBASE + ELF_PADDR, 0x200, 0x3000);
	elf_load(&b, ELF_VBASE + ELF_PADDR + 0x4000, ELF_VBASE + ELF_PADDR + 0x4000, 16, 16);
	ELF_SET_E(&b, e_entry, ELF_VBASE + ELF_PADDR + 0x20);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	assert_pvh(ELF_PVH);
	assert_true(facts.elf.segment[0].paddr == ELF_VBASE + ELF_PADDR);
	elf_note_number(&b, "Xen", 4, ELF_VBASE, 8);
	assert_pvh(ELF_PVH);
	assert_int_equal(facts.elf.segment[0].paddr, ELF_PADDR);
	assert_int_equal(facts.elf.segment[1].paddr, ELF_PADDR + 0x4000);
	assert_int_equal(facts.elf.entry, ELF_PADDR + 0x20);
	assert_true(facts.elf.entry_loaded);
}

/* Without PADDR_OFFSET, or with one that does not fit, VIRT_BASE says the same. */
static void
virtual_addresses_by_virt_base(void **state)
{
	(void)state;
	for (uint64_t offset = 0; offset <= 1; offset++) {
		elf_new(&b, true);
		elf_load(&b, ELF_VBASE + ELF_PADDR, ELF_VBASE + ELF_PADDR, 0x200, 0x3000);
		elf_note_segment(&b, 4);
		elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
		elf_note_number(&b, "Xen", 4, offset << 40, 8);
		elf_note_number(&b, "Xen", 3, ELF_VBASE, 8);
		assert_pvh(ELF_PVH);
		assert_int_equal(facts.elf.segment[0].paddr, ELF_PADDR);
	}
	elf_valid(&b, true); /* physical addresses stay, as in Linux, which has the note */
	elf_note_number(&b, "Xen", 3, 0x800000, 8);
	assert_pvh(ELF_PVH);
	assert_int_equal(facts.elf.segment[0].paddr, ELF_PADDR);
}

static void
offset_of_physical_addresses_is_ignored(void **state)
{
	(void)state;
	elf_valid(&b, true);
	elf_note_number(&b, "Xen", 4, 0x800000, 8);
	assert_pvh(ELF_PVH);
	assert_int_equal(facts.elf.segment[0].paddr, ELF_PADDR);
}

/* It is applied to all segments or to none, and only if the PVH entry shows that it is right.
 */
static void
offset_that_does_not_fit(void **state)
{
	(void)state;
	elf_new(&b, true);
	elf_load(&b, ELF_VBASE + ELF_PADDR, ELF_VBASE + ELF_PADDR, 0x200, 0x3000);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", 4, ELF_VBASE, 8);
	assert_no_pvh();
	assert_true(facts.elf.segment[0].paddr == ELF_VBASE + ELF_PADDR);
	elf_note_number(&b, "Xen", ENTRY, ELF_PADDR - 1, 4); /* just before the kernel */
	assert_pvh(ELF_PADDR - 1);
	assert_true(facts.elf.segment[0].paddr == ELF_VBASE + ELF_PADDR);
	elf_new(&b, true);
	elf_load(&b, ELF_VBASE + ELF_PADDR, ELF_VBASE + ELF_PADDR, 0x200, 0x3000);
	elf_load(&b, 0x1000, 0x1000, 16, 16);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", 4, ELF_VBASE, 8);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	assert_pvh(ELF_PVH);
	assert_int_equal(facts.elf.segment[0].paddr, 0x1000);
	assert_true(facts.elf.segment[1].paddr == ELF_VBASE + ELF_PADDR);
	elf_new(&b, true); /* a segment that starts at the offset: physical address 0 */
	elf_load(&b, ELF_VBASE, ELF_VBASE, 0x200, 0x3000);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", 4, ELF_VBASE, 8);
	elf_note_number(&b, "Xen", ENTRY, 0, 4);
	assert_pvh(0);
	assert_int_equal(facts.elf.segment[0].paddr, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(entry_is_not_the_load_base),
	        cmocka_unit_test(entry_in_the_part_without_file_bytes),
	        cmocka_unit_test(entry_at_the_edges_of_a_segment),
	        cmocka_unit_test(virtual_entry),
	        cmocka_unit_test(physical_wins_over_virtual),
	        cmocka_unit_test(entry_in_no_segment_is_no_refusal),
	        cmocka_unit_test(segment_whose_virtual_range_wraps),
	        cmocka_unit_test(relocation_values),
	        cmocka_unit_test(relocation_default_alignment),
	        cmocka_unit_test(alignment_beyond_4_gib_is_not_movable),
	        cmocka_unit_test(bad_relocation),
	        cmocka_unit_test(relocation_without_entry_says_nothing),
	        cmocka_unit_test(guest_os),
	        cmocka_unit_test(guest_os_lengths),
	        cmocka_unit_test(linux_by_note_owner),
	        cmocka_unit_test(programs),
	        cmocka_unit_test(kernels_that_look_like_programs),
	        cmocka_unit_test(linux_by_link_map),
	        cmocka_unit_test(link_maps_that_are_not_linux),
	        cmocka_unit_test(virtual_addresses_in_paddr),
	        cmocka_unit_test(virtual_addresses_by_virt_base),
	        cmocka_unit_test(offset_of_physical_addresses_is_ignored),
	        cmocka_unit_test(offset_that_does_not_fit),
	};

	return cmocka_run_group_tests_name("probe_entry", tests, NULL, NULL);
}
