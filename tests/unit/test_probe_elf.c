/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF probe: a valid kernel, then one field of it damaged at a time. Notes
 * and entry: test_probe_note.c, test_probe_entry.c. */
#include "tests/unit/probing_elf.h"

#define assert_refused(wanted_code, at)                                                        \
	do {                                                                                   \
		assert_int_equal(probe(), wanted_code);                                        \
		assert_int_equal(why.code, wanted_code);                                       \
		assert_int_equal(why.where, at);                                               \
	} while (0)

static void
valid_elf64(void **state)
{
	const struct elf_facts *e = &facts.elf;

	(void)state;
	elf_valid(&b, true);
	ELF_SET_P(&b, 1, p_align, 0x200000);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.format, KERNEL_ELF64);
	assert_int_equal(facts.size, b.size);
	assert_int_equal(e->segments, 2);
	assert_int_equal(e->segment[0].off, ELF_DATA);
	assert_int_equal(e->segment[0].file_len, 0x200);
	assert_int_equal(e->segment[0].paddr, ELF_PADDR);
	assert_int_equal(e->segment[0].mem_len, 0x3000);
	assert_true(e->segment[0].vaddr == ELF_VBASE + ELF_PADDR);
	assert_int_equal(e->segment[0].flags, PF_R | PF_X);
	assert_int_equal(e->segment[1].paddr, ELF_PADDR + 0x4000);
	assert_int_equal(e->max_align, 0x200000);
	assert_int_equal(e->entry, ELF_ENTRY);
	assert_true(e->entry_loaded);
	assert_true(e->pvh);
	assert_int_equal(e->pvh_entry, ELF_PVH);
	assert_false(e->reloc);
	assert_string_equal(e->guest_os, "");
}

static void
valid_elf32(void **state)
{
	const struct elf_facts *e = &facts.elf;

	(void)state;
	elf_valid(&b, false);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.format, KERNEL_ELF32);
	assert_int_equal(e->segments, 2);
	assert_int_equal(e->segment[1].off, ELF_DATA + 0x200);
	assert_int_equal(e->segment[1].file_len, 0x100);
	assert_int_equal(e->segment[1].mem_len, 0x2000);
	assert_int_equal(e->segment[0].vaddr, 0xc0000000 + ELF_PADDR);
	assert_int_equal(e->segment[0].flags, PF_R | PF_X);
	assert_int_equal(e->pvh_entry, ELF_PVH);
	assert_int_equal(e->evidence, LINUX_NO);
}

static void
stream_loads_headers_only(void **state)
{
	uint64_t loaded;

	(void)state;
	elf_valid(&b, true);
	elf_load(&b, 0x2000000, 0, 0x8000, 0x8000);
	assert_int_equal(stream_probe(b.bytes, b.size, &facts, &why, &loaded), REFUSAL_NONE);
	assert_in_range(loaded, 4096, 4096 + ELF_PHDRS * sizeof(Elf64_Phdr));
}

static void
cut_short(void **state)
{
	struct elf_build whole;

	(void)state;
	elf_valid(&whole, true);
	for (size_t size = 4; size < ELF_DATA + 0x300; size++) {
		size_t headers = elf_phdr_off(&whole, whole.phdrs);

		b = whole;
		b.size = size;
		assert_int_equal(probe(), REFUSAL_ELF_TRUNCATED);
		assert_int_equal(why.found, size);
		if (size < sizeof(Elf64_Ehdr))
			assert_string_equal(why.detail, "ELF header");
		else if (size < headers)
			assert_string_equal(why.detail, "program headers");
		else
			assert_string_equal(why.detail, "segment");
	}
	b = whole;
	b.size = ELF_DATA + 0x300;
	assert_int_equal(probe(), REFUSAL_NONE); /* lacks nothing but the note */
	assert_false(facts.elf.pvh);
}

static void
ident_class(void **state)
{
	(void)state;
	elf_valid(&b, true);
	b.bytes[EI_CLASS] = 3;
	assert_refused(REFUSAL_ELF_IDENT, EI_CLASS);
	assert_string_equal(why.detail, "class");
	assert_int_equal(why.found, 3);
}

static void
ident_byte_order(void **state)
{
	(void)state;
	elf_valid(&b, true);
	b.bytes[EI_DATA] = 0;
	assert_refused(REFUSAL_ELF_IDENT, EI_DATA);
	assert_string_equal(why.detail, "byte order");
}

static void
ident_versions(void **state)
{
	(void)state;
	elf_valid(&b, true);
	b.bytes[EI_VERSION] = 0;
	assert_refused(REFUSAL_ELF_IDENT, EI_VERSION);
	elf_valid(&b, false);
	ELF_SET_E(&b, e_version, 2);
	assert_refused(REFUSAL_ELF_IDENT, offsetof(Elf32_Ehdr, e_version));
}

static void
header_entry_size(void **state)
{
	(void)state;
	for (unsigned d = 0; d < 3; d++) {
		elf_valid(&b, true);
		ELF_SET_E(&b, e_phentsize, 55 + d);
		if (d == 1)
			assert_int_equal(probe(), REFUSAL_NONE);
		else
			assert_refused(REFUSAL_ELF_IDENT, offsetof(Elf64_Ehdr, e_phentsize));
		elf_valid(&b, false);
		ELF_SET_E(&b, e_phentsize, 31 + d);
		if (d == 1)
			assert_int_equal(probe(), REFUSAL_NONE);
		else
			assert_refused(REFUSAL_ELF_IDENT, offsetof(Elf32_Ehdr, e_phentsize));
	}
}

static void
other_machines(void **state)
{
	static const struct {
		unsigned number;
		const char *name;
	} rows[] = {{EM_AARCH64, "aarch64"}, {EM_RISCV, "riscv"}, {EM_ARM, "arm"},
	        {EM_PPC64, "ppc64"}, {EM_PPC, "ppc"}, {EM_S390, "s390"}, {EM_MIPS, "mips"},
	        {258, "loongarch"}, {EM_SPARC, "sparc"}, {EM_SPARCV9, "sparc64"},
	        {EM_IA_64, "ia64"}, {EM_68K, "m68k"},
	        {0xfefe, "an ELF machine that kshim has no name for"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		elf_valid(&b, true);
		ELF_SET_E(&b, e_machine, rows[i].number);
		assert_refused(REFUSAL_KERNEL_ARCH, offsetof(Elf64_Ehdr, e_machine));
		assert_string_equal(why.detail, rows[i].name);
		assert_int_equal(why.found, rows[i].number);
	}
}

static void
big_endian_machine_is_named(void **state)
{
	(void)state;
	elf_valid(&b, true);
	b.bytes[EI_DATA] = ELFDATA2MSB;
	b.bytes[offsetof(Elf64_Ehdr, e_machine)] = 0;
	b.bytes[offsetof(Elf64_Ehdr, e_machine) + 1] = EM_S390;
	assert_refused(REFUSAL_KERNEL_ARCH, offsetof(Elf64_Ehdr, e_machine));
	assert_string_equal(why.detail, "s390");
	b.bytes[offsetof(Elf64_Ehdr, e_machine)] = 1; /* no machine in either order */
	assert_refused(REFUSAL_ELF_IDENT, EI_DATA);
	b.bytes[offsetof(Elf64_Ehdr, e_machine)] = 0;
	b.bytes[offsetof(Elf64_Ehdr, e_machine) + 1] = 0;
	assert_refused(REFUSAL_ELF_IDENT, EI_DATA);
}

static void
either_machine_in_either_class(void **state)
{
	(void)state;
	elf_valid(&b, false);
	ELF_SET_E(&b, e_machine, EM_X86_64);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.format, KERNEL_ELF32);
}

static void
types(void **state)
{
	static const struct {
		unsigned type;
		const char *name;
	} rows[] = {{ET_NONE, "of no type"}, {ET_REL, "a relocatable object"},
	        {ET_CORE, "a core dump"}, {0xfe00, "of an unknown type"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		elf_valid(&b, true);
		ELF_SET_E(&b, e_type, rows[i].type);
		assert_refused(REFUSAL_ELF_NOT_KERNEL, offsetof(Elf64_Ehdr, e_type));
		assert_string_equal(why.detail, rows[i].name);
	}
	elf_valid(&b, true);
	ELF_SET_E(&b, e_type, ET_DYN);
	assert_int_equal(probe(), REFUSAL_NONE);
}

static void
no_program_headers(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_E(&b, e_phnum, 0);
	assert_refused(REFUSAL_ELF_HEADERS, sizeof(Elf64_Ehdr));
	elf_valid(&b, true);
	ELF_SET_E(&b, e_phoff, 0);
	assert_refused(REFUSAL_ELF_HEADERS, 0);
}

static void
program_headers_past_the_end(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_E(&b, e_phoff, b.size - 3 * sizeof(Elf64_Phdr) + 1);
	assert_refused(REFUSAL_ELF_TRUNCATED, b.size - 3 * sizeof(Elf64_Phdr) + 1);
	assert_int_equal(why.wanted, b.size + 1);
	ELF_SET_E(&b, e_phoff, UINT64_MAX);
	assert_int_equal(probe(), REFUSAL_ELF_TRUNCATED);
	assert_true(why.where == UINT64_MAX && why.wanted == UINT64_MAX);
}

static void
count_in_section_zero(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_E(&b, e_phnum, PN_XNUM);
	ELF_SET_E(&b, e_shoff, ELF_SHOFF);
	ELF_SET_S(&b, 0, sh_info, 3);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.segments, 2);
	assert_true(facts.elf.pvh);
	ELF_SET_S(&b, 0, sh_info, 1);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.segments, 1);
	ELF_SET_S(&b, 0, sh_info, UINT32_MAX);
	assert_refused(REFUSAL_ELF_TRUNCATED, sizeof(Elf64_Ehdr));
	assert_string_equal(why.detail, "program headers");
	ELF_SET_E(&b, e_shoff, b.size - sizeof(Elf64_Shdr) + 1);
	assert_refused(REFUSAL_ELF_TRUNCATED, b.size - sizeof(Elf64_Shdr) + 1);
	assert_string_equal(why.detail, "section header 0");
	elf_valid(&b, false);
	ELF_SET_E(&b, e_phnum, PN_XNUM);
	ELF_SET_E(&b, e_shoff, ELF_SHOFF);
	ELF_SET_S(&b, 0, sh_info, 3);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_true(facts.elf.pvh);
}

static void
no_segment(void **state)
{
	(void)state;
	elf_new(&b, true);
	elf_note_segment(&b, 4);
	elf_note_number(&b, "Xen", 18, ELF_PVH, 4);
	assert_refused(REFUSAL_ELF_NO_SEGMENT, sizeof(Elf64_Ehdr));
	elf_load(&b, ELF_PADDR, 0, 0, 0);
	assert_int_equal(probe(), REFUSAL_ELF_NO_SEGMENT);
}

static void
number_of_segments(void **state)
{
	(void)state;
	elf_new(&b, true);
	for (unsigned i = 0; i <= FACTS_SEGMENTS; i++) {
		elf_load(&b, ELF_PADDR - i * 0x1000, 0, 8, 0x1000);
		if (i < FACTS_SEGMENTS) {
			assert_int_equal(probe(), REFUSAL_NONE);
			assert_int_equal(facts.elf.segments, i + 1);
		}
	}
	assert_refused(REFUSAL_ELF_MANY_SEGMENTS, sizeof(Elf64_Ehdr));
	assert_int_equal(why.found, FACTS_SEGMENTS + 1);
	assert_int_equal(why.wanted, FACTS_SEGMENTS);
}

static void
segments_are_sorted(void **state)
{
	static const unsigned order[] = {3, 0, 4, 1, 2};

	(void)state;
	elf_new(&b, true);
	for (size_t i = 0; i < 5; i++)
		elf_load(&b, ELF_PADDR + order[i] * 0x1000, 0, order[i] + 1, 0x1000);
	assert_int_equal(probe(), REFUSAL_NONE);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(facts.elf.segment[i].paddr, ELF_PADDR + i * 0x1000);
		assert_int_equal(facts.elf.segment[i].file_len, i + 1);
	}
}

static void
file_size_against_memory_size(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_P(&b, 1, p_memsz, 0xff);
	assert_refused(REFUSAL_ELF_SEGMENT_SIZE, elf_phdr_off(&b, 1));
	assert_int_equal(why.found, 0x100);
	assert_int_equal(why.wanted, 0xff);
	ELF_SET_P(&b, 1, p_memsz, 0x100);
	assert_int_equal(probe(), REFUSAL_NONE);
	ELF_SET_P(&b, 1, p_memsz, 0x101);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.segment[1].mem_len, 0x101);
}

static void
segment_at_the_end_of_the_file(void **state)
{
	size_t last;

	(void)state;
	elf_valid(&b, true);
	last = b.size - 0x100;
	ELF_SET_P(&b, 1, p_offset, last);
	assert_int_equal(probe(), REFUSAL_NONE);
	ELF_SET_P(&b, 1, p_offset, last + 1);
	assert_refused(REFUSAL_ELF_TRUNCATED, last + 1);
	assert_int_equal(why.wanted, b.size + 1);
	ELF_SET_P(&b, 1, p_offset, UINT64_MAX);
	assert_int_equal(probe(), REFUSAL_ELF_TRUNCATED);
	ELF_SET_P(&b, 1, p_filesz, 0); /* then its offset says nothing */
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.segment[1].off, 0);
}

static void
segment_at_the_end_of_memory(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_P(&b, 1, p_paddr, UINT64_MAX - 0x2000);
	assert_int_equal(probe(), REFUSAL_NONE);
	ELF_SET_P(&b, 1, p_paddr, UINT64_MAX - 0x2000 + 1);
	assert_refused(REFUSAL_ELF_SEGMENT_WRAP, elf_phdr_off(&b, 1));
	assert_true(why.found == UINT64_MAX - 0x2000 + 1);
	assert_int_equal(why.wanted, 0x2000);
}

static void
overlapping_segments(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_P(&b, 1, p_paddr, ELF_PADDR + 0x3000);
	assert_int_equal(probe(), REFUSAL_NONE);
	ELF_SET_P(&b, 1, p_paddr, ELF_PADDR + 0x2fff);
	assert_int_equal(probe(), REFUSAL_ELF_OVERLAP);
	assert_int_equal(why.a.range.addr, ELF_PADDR);
	assert_int_equal(why.a.range.len, 0x3000);
	assert_int_equal(why.b.range.addr, ELF_PADDR + 0x2fff);
	assert_non_null(why.a.name);
	assert_non_null(why.b.name);
}

/* Trap: every program header copied to its p_paddr, not only PT_LOAD. */
static void
only_load_segments_are_loaded(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_P(&b, 2, p_paddr, ELF_PADDR); /* the PT_NOTE, amid the first segment */
	ELF_SET_P(&b, 2, p_memsz, 0x100);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.segments, 2);
	ELF_SET_P(&b, 1, p_type, 0x6474e551); /* PT_GNU_STACK */
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.segments, 1);
}

static void
empty_load_is_left_out(void **state)
{
	(void)state;
	elf_valid(&b, true);
	elf_load(&b, ELF_PADDR, 0, 0, 0);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.segments, 2);
}

static void
odd_alignments_do_not_count(void **state)
{
	(void)state;
	elf_valid(&b, true);
	ELF_SET_P(&b, 0, p_align, 3 << 20);
	ELF_SET_P(&b, 1, p_align, 0);
	ELF_SET_P(&b, 2, p_align, 1ull << 40); /* the note's */
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.elf.max_align, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(valid_elf64),
	        cmocka_unit_test(valid_elf32),
	        cmocka_unit_test(stream_loads_headers_only),
	        cmocka_unit_test(cut_short),
	        cmocka_unit_test(ident_class),
	        cmocka_unit_test(ident_byte_order),
	        cmocka_unit_test(ident_versions),
	        cmocka_unit_test(header_entry_size),
	        cmocka_unit_test(other_machines),
	        cmocka_unit_test(big_endian_machine_is_named),
	        cmocka_unit_test(either_machine_in_either_class),
	        cmocka_unit_test(types),
	        cmocka_unit_test(no_program_headers),
	        cmocka_unit_test(program_headers_past_the_end),
	        cmocka_unit_test(count_in_section_zero),
	        cmocka_unit_test(no_segment),
	        cmocka_unit_test(number_of_segments),
	        cmocka_unit_test(segments_are_sorted),
	        cmocka_unit_test(file_size_against_memory_size),
	        cmocka_unit_test(segment_at_the_end_of_the_file),
	        cmocka_unit_test(segment_at_the_end_of_memory),
	        cmocka_unit_test(overlapping_segments),
	        cmocka_unit_test(only_load_segments_are_loaded),
	        cmocka_unit_test(empty_load_is_left_out),
	        cmocka_unit_test(odd_alignments_do_not_count),
	};

	return cmocka_run_group_tests_name("probe_elf", tests, NULL, NULL);
}
