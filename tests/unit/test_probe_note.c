/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes of an ELF: the PVH entry and all that hides it. */
#include "tests/unit/probing_elf.h"

static void
no_note(void **state)
{
	(void)state;
	kernel(true);
	assert_no_pvh();
	assert_int_equal(facts.elf.pvh_entry, 0);
	assert_int_equal(facts.elf.evidence, LINUX_NO);
}

static void
descriptor_sizes(void **state)
{
	static const uint32_t sizes[] = {0, 1, 3, 5, 7};
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		kernel(true);
		elf_note_segment(&b, 4);
		elf_note_number(&b, "Xen", ENTRY, ELF_PVH, sizes[i]);
		assert_no_pvh();
	}
	for (uint32_t size = 4; size <= 8; size += 4) {
		kernel(size == 8);
		elf_note_segment(&b, 4);
		at = elf_note_number(&b, "Xen", ENTRY, ELF_PVH, size);
		assert_pvh(ELF_PVH);
		assert_int_equal(facts.elf.pvh_note_off, at + 16);
	}
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note(&b, "Xen", ENTRY, "123456789abc", 12);
	assert_no_pvh();
}

static void
value_must_fit_32_bits(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, 0x100000000, 8);
	assert_no_pvh();
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, 0xffffffff, 8);
	assert_pvh(0xffffffff);
}

static void
bad_value_does_not_hide_a_good_one(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, 0xffffffff81000000, 8);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 8);
	assert_pvh(ELF_PVH);
}

/* Trap: any vendor's note of type 18 taken for PVH because the owner is not compared. */
static void
owner_is_compared(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Foo", ENTRY, 0x666, 4);
	elf_note_number(&b, "Xenon", ENTRY, 0x666, 4);
	elf_note_number(&b, "xen", ENTRY, 0x666, 4);
	elf_note_raw(&b, "Xen", 3, ENTRY, "\x66\x06\0\0", 4, 4); /* without its NUL */
	elf_note_raw(&b, "Xen\0\0", 5, ENTRY, "\x66\x06\0\0", 4, 4);
	elf_note_raw(&b, "", 0, ENTRY, "\x66\x06\0\0", 4, 4);
	assert_no_pvh();
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	assert_pvh(ELF_PVH);
}

static void
type_is_compared(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY - 1, 0x666, 4);
	elf_note_number(&b, "Xen", ENTRY + 2, 0x666, 4);
	assert_no_pvh();
}

/* Trap: a .note.gnu.property segment (8-byte aligned) before the Xen note hides the entry. */
static void
property_note_first(void **state)
{
	static const uint8_t property[24] = {2, 0, 0, 0xc0, 4, 0, 0, 0, 3};

	(void)state;
	kernel(true);
	elf_note_segment(&b, 8);
	elf_note_raw(&b, "GNU", 4, 5, property, 16, 8);
	elf_note_segment(&b, 4);
	elf_note(&b, "GNU", 3, property, 20);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	assert_pvh(ELF_PVH);
}

static void
padding_follows_the_alignment(void **state)
{
	(void)state;
	/* A descriptor of 4 bytes is followed by 4 of padding, a name of 5 by 7. */
	kernel(true);
	elf_note_segment(&b, 8);
	elf_note_raw(&b, "Four", 5, 1, "abcd", 4, 8);
	elf_note_raw(&b, "Xen", 4, ENTRY, "\x80\x00\x00\x01", 4, 8);
	assert_pvh(ELF_PVH);
	for (uint64_t align = 0; align < 4; align++) {
		kernel(true);
		elf_note_segment(&b, align);
		elf_note(&b, "Four", 1, "abcde", 5);
		elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
		assert_pvh(ELF_PVH);
	}
}

/* A linker script that puts notes of both kinds into one segment. */
static void
both_paddings_in_one_segment(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 8);
	elf_note_raw(&b, "GNU", 4, 5, "0123456789abcdef", 16, 8);
	elf_note_raw(&b, "GNU", 4, 3, "0123456789abcdefghij", 20, 4);
	elf_note_raw(&b, "Xen", 4, ENTRY, "\x80\x00\x00\x01", 4, 4);
	assert_pvh(ELF_PVH);
}

/* Trap: a later PT_NOTE without a Xen note overwrites an entry already found. */
static void
later_segment_takes_nothing_away(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	elf_note_segment(&b, 4);
	elf_note(&b, "GNU", 3, "12345678", 8);
	assert_pvh(ELF_PVH);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, 0x666, 4);
	assert_pvh(ELF_PVH); /* the first counts */
}

static void
later_segments_are_read(void **state)
{
	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note(&b, "GNU", 3, "12345678", 8);
	elf_note_segment(&b, 4); /* empty */
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	assert_pvh(ELF_PVH);
}

static void
sections_serve_where_segments_do_not(void **state)
{
	(void)state;
	for (int is64 = 0; is64 < 2; is64++) {
		kernel(is64);
		elf_note_section(&b, 4);
		elf_note(&b, "GNU", 3, "12345678", 8);
		elf_note_section(&b, 4);
		elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
		assert_pvh(ELF_PVH);
	}
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note(&b, "GNU", 3, "12345678", 8);
	elf_note_section(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	assert_pvh(ELF_PVH);
}

static void
segments_win_over_sections(void **state)
{
	(void)state;
	kernel(true);
	elf_note_section(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, 0x666, 4);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	assert_pvh(ELF_PVH);
}

static void
other_sections_hold_no_notes(void **state)
{
	unsigned i;

	(void)state;
	kernel(true);
	i = elf_note_section(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	ELF_SET_S(&b, i, sh_type, SHT_PROGBITS);
	assert_no_pvh();
}

static void
bad_section_table_is_none(void **state)
{
	(void)state;
	kernel(true);
	elf_note_section(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	ELF_SET_E(&b, e_shentsize, sizeof(Elf64_Shdr) - 1);
	assert_no_pvh();
	ELF_SET_E(&b, e_shentsize, sizeof(Elf64_Shdr));
	ELF_SET_E(&b, e_shnum, 0xfff0);
	assert_no_pvh();
	ELF_SET_E(&b, e_shoff, UINT64_MAX);
	assert_no_pvh();
	ELF_SET_E(&b, e_shnum, 2);
	ELF_SET_E(&b, e_shoff, ELF_SHOFF);
	assert_pvh(ELF_PVH);
	ELF_SET_S(&b, 1, sh_offset, UINT64_MAX);
	assert_no_pvh();
}

static void
bad_segment_does_not_hide_a_good_one(void **state)
{
	unsigned i;

	(void)state;
	kernel(true);
	i = elf_note_segment(&b, 4);
	elf_note(&b, "GNU", 3, "12345678", 8);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	ELF_SET_P(&b, i, p_offset, UINT64_MAX);
	assert_pvh(ELF_PVH);
	ELF_SET_P(&b, i, p_offset, 0);
	ELF_SET_P(&b, i, p_filesz, UINT64_MAX);
	assert_pvh(ELF_PVH);
}

static void
sizes_that_pass_the_segment(void **state)
{
	static const uint32_t sizes[] = {5, 0x7fffffff, 0xfffffff0, 0xffffffff};
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		kernel(true);
		elf_note_segment(&b, 4);
		at = elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
		elf_poke(&b, at + 4, 4, sizes[i]);
		assert_no_pvh();
		elf_poke(&b, at + 4, 4, 4);
		assert_pvh(ELF_PVH);
		elf_poke(&b, at, 4, sizes[i]);
		assert_no_pvh();
	}
}

static void
cut_note(void **state)
{
	unsigned i;

	(void)state;
	kernel(true);
	i = elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	for (unsigned size = 0; size < 20; size++) {
		ELF_SET_P(&b, i, p_filesz, size);
		assert_no_pvh();
	}
	ELF_SET_P(&b, i, p_filesz, 20);
	assert_pvh(ELF_PVH);
}

/* The last note of a segment, of nothing but a name that is not padded any more. */
static void
name_at_the_end(void **state)
{
	unsigned i;
	size_t at;

	(void)state;
	for (uint32_t desc = 0; desc <= 4; desc += 4) {
		kernel(true);
		ELF_SET_P(&b, 0, p_vaddr, ELF_VBASE); /* as a kernel is linked */
		i = elf_note_segment(&b, 4);
		at = elf_note(&b, "Linux", 1, "", 0);
		elf_poke(&b, at + 4, 4, desc);
		for (unsigned size = 17; size <= 20; size++) {
			ELF_SET_P(&b, i, p_filesz, size);
			assert_int_equal(probe(), REFUSAL_NONE);
			assert_int_equal(facts.elf.evidence,
			        !desc && size >= 18 ? LINUX_NOTE : LINUX_NO);
		}
	}
}

static void
first_of_a_kind_counts(void **state)
{
	static const uint32_t first[] = {0x400000}, second[] = {0x800000, 1, 2};

	(void)state;
	kernel(true);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", ENTRY, ELF_PVH, 4);
	elf_note(&b, "Xen", RELOC, first, 4);
	elf_note(&b, "Xen", RELOC, second, 12);
	elf_note(&b, "Xen", 6, "first", 5);
	elf_note(&b, "Xen", 6, "second", 6);
	assert_pvh(ELF_PVH);
	assert_int_equal(facts.elf.reloc_align, 0x400000);
	assert_int_equal(facts.elf.reloc_min, 0);
	assert_string_equal(facts.elf.guest_os, "first");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_note),
	        cmocka_unit_test(descriptor_sizes),
	        cmocka_unit_test(value_must_fit_32_bits),
	        cmocka_unit_test(bad_value_does_not_hide_a_good_one),
	        cmocka_unit_test(owner_is_compared),
	        cmocka_unit_test(type_is_compared),
	        cmocka_unit_test(property_note_first),
	        cmocka_unit_test(padding_follows_the_alignment),
	        cmocka_unit_test(both_paddings_in_one_segment),
	        cmocka_unit_test(later_segment_takes_nothing_away),
	        cmocka_unit_test(later_segments_are_read),
	        cmocka_unit_test(sections_serve_where_segments_do_not),
	        cmocka_unit_test(segments_win_over_sections),
	        cmocka_unit_test(other_sections_hold_no_notes),
	        cmocka_unit_test(bad_section_table_is_none),
	        cmocka_unit_test(bad_segment_does_not_hide_a_good_one),
	        cmocka_unit_test(sizes_that_pass_the_segment),
	        cmocka_unit_test(cut_note),
	        cmocka_unit_test(name_at_the_end),
	        cmocka_unit_test(first_of_a_kind_counts),
	};

	return cmocka_run_group_tests_name("probe_note", tests, NULL, NULL);
}
