/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes of an ELF: the PVH entry and all that hides it, relocation, what says "Linux". */
#include "unit.h"

#include <string.h>

#include "tests/unit/build_elf.h"
#include "tests/unit/probing.h"

#define ENTRY 18
#define RELOC 19

static struct elf_build b;
static struct facts facts;
static struct refusal why;

static enum refusal_code
probe(void)
{
	return probe_both(b.bytes, b.size, &facts, &why);
}

static void
assert_pvh(uint32_t entry)
{
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_true(facts.elf.pvh);
	assert_int_equal(facts.elf.pvh_entry, entry);
}

static void
assert_no_pvh(void)
{
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_false(facts.elf.pvh);
}

/* A kernel of two segments, without notes; its segments are linked as Linux' are not. */
static void
kernel(bool is64)
{
	elf_new(&b, is64);
	elf_load(&b, ELF_PADDR, ELF_PADDR, 0x200, 0x3000);
	elf_load(&b, ELF_PADDR + 0x4000, ELF_PADDR + 0x4000, 0x100, 0x2000);
}

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
	assert_int_equal(facts.elf.evidence, LINUX_NOTE);
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
	        cmocka_unit_test(relocation_values),
	        cmocka_unit_test(relocation_default_alignment),
	        cmocka_unit_test(alignment_beyond_4_gib_is_not_movable),
	        cmocka_unit_test(bad_relocation),
	        cmocka_unit_test(relocation_without_entry_says_nothing),
	        cmocka_unit_test(guest_os),
	        cmocka_unit_test(guest_os_lengths),
	        cmocka_unit_test(linux_by_note_owner),
	        cmocka_unit_test(linux_by_link_map),
	        cmocka_unit_test(link_maps_that_are_not_linux),
	        cmocka_unit_test(virtual_addresses_in_paddr),
	        cmocka_unit_test(virtual_addresses_by_virt_base),
	        cmocka_unit_test(offset_of_physical_addresses_is_ignored),
	        cmocka_unit_test(offset_that_does_not_fit),
	};

	return cmocka_run_group_tests_name("probe_note", tests, NULL, NULL);
}
