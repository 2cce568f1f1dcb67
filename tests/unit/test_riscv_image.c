/* SPDX-License-Identifier: BSD-2-Clause */
/* The RISC-V Image: its header, one field damaged at a time, and where the plan puts it. */
#include "unit.h"

#include <string.h>

#include "stub/wire/riscv_image.h"
#include "tests/unit/build_elf.h"
#include "tests/unit/plan_bench.h"

#define SIZE 8192

/* A valid Image with the header of Debian's. */
static void
image(uint8_t *out)
{
	struct riscv_image_header h = {.code0 = 0x106f5a4d, /* "MZ" */
	        .text_offset = 2 * MIB,
	        .image_size = 3 * MIB + 4096,
	        .version = 2,
	        .magic2 = RISCV_IMAGE_MAGIC2,
	        .res3 = 0x40};

	memset(out, 0x13, SIZE);
	memcpy(out, &h, sizeof(h));
}

static enum refusal_code
probe(const uint8_t *bytes, uint64_t size, struct facts *facts, struct refusal *why)
{
	struct image im = image_of((struct span){bytes, size});

	memset(facts, 0xa5, sizeof(*facts));
	return riscv_probe(&im, facts, why);
}

static void
header_becomes_facts(void **state)
{
	uint8_t file[SIZE];
	struct image stream = image_stream(SIZE);
	struct refusal why;
	struct facts f;

	(void)state;
	image(file);
	assert_int_equal(probe(file, SIZE, &f, &why), REFUSAL_NONE);
	assert_int_equal(f.format, KERNEL_RISCV);
	assert_int_equal(f.size, SIZE);
	assert_int_equal(f.riscv.text_offset, 2 * MIB);
	assert_int_equal(f.riscv.image_size, 3 * MIB + 4096);
	assert_int_equal(f.riscv.version_minor, 2);
	assert_int_equal(riscv_probe(&stream, &f, &why), REFUSAL_NEED);
	assert_true(image_add(&stream, 0, (struct span){file, 4096}));
	assert_int_equal(riscv_probe(&stream, &f, &why), REFUSAL_NONE);
	assert_int_equal(any_kernel_probe(&stream, &f, &why), REFUSAL_NONE);
	/* The x86 bodies know it by name. */
	assert_int_equal(kernel_probe(&stream, &f, &why), REFUSAL_KERNEL_ARCH);
}

static void
damaged_headers_are_refused(void **state)
{
	static const struct {
		unsigned at, len;
		uint64_t value;
		enum refusal_code code;
	} rows[] = {
	        {0x20, 4, 1, REFUSAL_RISCV_HEADER},
	        {0x20, 4, 0x10002, REFUSAL_RISCV_HEADER},
	        {0x20, 4, 3, REFUSAL_NONE},
	        {0x18, 8, 1, REFUSAL_RISCV_BIG_ENDIAN},
	        {0x18, 8, 2, REFUSAL_NONE},
	        {0x08, 8, 0x200001, REFUSAL_RISCV_HEADER},
	        {0x08, 8, 0, REFUSAL_NONE},
	        {0x10, 8, SIZE - 1, REFUSAL_RISCV_HEADER},
	        {0x10, 8, SIZE, REFUSAL_NONE},
	        {0x10, 8, 0, REFUSAL_RISCV_HEADER},
	};
	uint8_t file[SIZE];
	struct refusal why;
	struct facts f;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		image(file);
		memcpy(file + rows[i].at, &rows[i].value, rows[i].len);
		assert_int_equal(probe(file, SIZE, &f, &why), rows[i].code);
		if (rows[i].code) {
			assert_int_equal(why.where, rows[i].at);
			assert_int_equal(why.found, rows[i].value);
			assert_int_equal(*(uint8_t *)&f, 0xa5);
		}
	}
}

static void
short_and_foreign_files_are_refused(void **state)
{
	uint8_t file[SIZE];
	struct refusal why;
	struct facts f;

	(void)state;
	image(file);
	assert_int_equal(probe(file, 0, &f, &why), REFUSAL_KERNEL_EMPTY);
	assert_int_equal(probe(file, 63, &f, &why), REFUSAL_RISCV_TRUNCATED);
	assert_int_equal(probe(file, 64, &f, &why), REFUSAL_NONE);
	memset(file, 0, SIZE);
	memcpy(file, "MZ\0\0zimg\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0gzip", 29);
	assert_int_equal(probe(file, SIZE, &f, &why), REFUSAL_KERNEL_PE);
	assert_string_equal(why.detail, "EFI zboot, gzip");
	memset(file, 0, SIZE);
	memcpy(file, "070701", 6);
	assert_int_equal(probe(file, SIZE, &f, &why), REFUSAL_KERNEL_OTHER);
	memset(file, 0, SIZE);
	memcpy(file + 0x38, "ARMd", 4);
	assert_int_equal(probe(file, SIZE, &f, &why), REFUSAL_KERNEL_ARCH);
}

/* A PE file for riscv64 with one section of that name. */
static void
pe_file(uint8_t *file, const char *section)
{
	memset(file, 0, SIZE);
	memcpy(file, "MZ", 2);
	file[0x3c] = 0x80;
	memcpy(file + 0x80, "PE\0\0\x64\x50\1", 7); /* machine 0x5064, one section */
	strcpy((char *)file + 0x80 + 24, section);
}

/* Other forms of a riscv64 kernel are named, and never "for another machine". */
static void
other_forms_are_named(void **state)
{
	static const struct {
		unsigned at, len;
		const char *bytes, *detail;
		enum refusal_code code;
	} rows[] = {
	        {0, 20, "\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\xf3\0", "an ELF for riscv32",
	                REFUSAL_RISCV_FORM},
	        {0, 20, "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\xb7\0", "aarch64",
	                REFUSAL_KERNEL_ARCH},
	};
	uint8_t file[SIZE];
	struct refusal why;
	struct facts f;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct image im = image_of((struct span){file, SIZE});

		memset(file, 0, SIZE);
		memcpy(file + rows[i].at, rows[i].bytes, rows[i].len);
		assert_int_equal(probe(file, SIZE, &f, &why), rows[i].code);
		assert_string_equal(why.detail, rows[i].detail);
		assert_int_equal(any_kernel_probe(&im, &f, &why), rows[i].code);
		assert_string_equal(why.detail, rows[i].detail);
	}
	pe_file(file, ".text");
	assert_int_equal(probe(file, SIZE, &f, &why), REFUSAL_RISCV_FORM);
	assert_string_equal(why.detail, "a UEFI application for riscv64");
	assert_int_equal(why.where, 0x84);
	pe_file(file, ".linux");
	assert_int_equal(probe(file, SIZE, &f, &why), REFUSAL_RISCV_FORM);
	assert_string_equal(why.detail, "a unified kernel image for riscv64");
	file[0x84] = 0x32; /* riscv32 */
	assert_int_equal(probe(file, SIZE, &f, &why), REFUSAL_KERNEL_ARCH);
}

/* Header version 0.1 has the older magic alone; the later ones have magic2. */
static void
version_and_magic_go_together(void **state)
{
	static const struct {
		bool magic2;
		uint32_t version;
		enum refusal_code code;
		const char *detail;
		uint64_t wanted;
	} rows[] = {
	        {false, 1, REFUSAL_NONE, NULL, 0},
	        {false, 0, REFUSAL_RISCV_HEADER, "version", 1},
	        {false, 2, REFUSAL_RISCV_HEADER, "magic2", RISCV_IMAGE_MAGIC2},
	        {true, 1, REFUSAL_RISCV_HEADER, "version", 2},
	        {true, 2, REFUSAL_NONE, NULL, 0},
	};
	uint8_t file[SIZE];
	struct refusal why;
	struct facts f;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		image(file);
		memcpy(file + 0x30, "RISCV\0\0\0", 8);
		memset(file + 0x38, 0, rows[i].magic2 ? 0 : 4);
		memcpy(file + 0x20, &rows[i].version, 4);
		assert_int_equal(probe(file, SIZE, &f, &why), rows[i].code);
		if (!rows[i].code) {
			assert_int_equal(f.riscv.version_minor, rows[i].version);
			assert_int_equal(f.riscv.image_size, 3 * MIB + 4096);
			continue;
		}
		assert_string_equal(why.detail, rows[i].detail);
		assert_int_equal(why.wanted, rows[i].wanted);
	}
}

#define LINK   0xffffffff80000000ull
#define RODATA 0x3000 /* where segments lie, from the kernel's start */
#define DATA   0x8000
#define END    0xa000

/*
 * A vmlinux of three segments, not in order, linked as Linux is: physical addresses from
 * `paddr` on, a virtual e_entry. `before` bytes of the first segment lie before the kernel.
 */
static void
vmlinux(struct elf_build *b, uint64_t paddr, uint64_t before)
{
	uint8_t head[SIZE];
	size_t at;

	elf_new(b, true);
	ELF_SET_E(b, e_machine, EM_RISCV);
	ELF_SET_E(b, e_entry, LINK);
	elf_load(b, paddr + before + DATA, LINK + DATA, 0x800, END - DATA);
	at = b->size;
	elf_load(b, paddr, LINK - before, before + 0x2f00, before + 0x2f00);
	elf_load(b, paddr + before + RODATA, LINK + RODATA, 0x1000, 0x1000);
	image(head);
	memcpy(b->bytes + at + before, head, 64);
	elf_poke(b, at + before + 0x10, 8, 0xc000); /* image_size */
}

static void
check_vmlinux(const struct elf_build *b, uint64_t linked)
{
	static const uint64_t starts[] = {0, RODATA, DATA}, file[] = {0x2f00, 0x1000, 0x800};
	struct refusal why;
	struct facts f;

	assert_int_equal(probe(b->bytes, b->size, &f, &why), REFUSAL_NONE);
	assert_int_equal(f.format, KERNEL_RISCV);
	assert_int_equal(f.size, b->size);
	assert_true(f.riscv.is_elf);
	assert_int_equal(f.riscv.linked, linked);
	assert_int_equal(f.riscv.text_offset, 2 * MIB);
	assert_int_equal(f.riscv.image_size, 0xc000);
	assert_int_equal(f.riscv.segments, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(f.riscv.segment[i].paddr, starts[i]);
		assert_int_equal(f.riscv.segment[i].file_len, file[i]);
	}
	assert_memory_equal(b->bytes + f.riscv.segment[0].off + 0x38, "RSC\5", 4);
}

static void
vmlinux_becomes_facts(void **state)
{
	struct elf_build b;
	struct image im;
	struct refusal why;
	struct facts f;

	(void)state;
	vmlinux(&b, 0, 0);
	check_vmlinux(&b, 0);
	im = image_of((struct span){b.bytes, b.size});
	assert_int_equal(any_kernel_probe(&im, &f, &why), REFUSAL_NONE);
	assert_int_equal(kernel_probe(&im, &f, &why), REFUSAL_KERNEL_ARCH);
	vmlinux(&b, 0x80200000, 0);
	check_vmlinux(&b, 0x80200000);
	/* The linker has put the ELF's own headers before the kernel. */
	vmlinux(&b, 0x801ff000, 0x1000);
	check_vmlinux(&b, 0);
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_NONE);
	assert_int_equal(f.riscv.fixed, 0);
	/* Linked to run where it lies. */
	ELF_SET_E(&b, e_entry, 0x80200000);
	ELF_SET_P(&b, 1, p_vaddr, 0x801ff000);
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_NONE);
	assert_int_equal(f.riscv.fixed, 0x80200000);
	/* More segments than image_size says: memory for all of them. */
	vmlinux(&b, 0, 0);
	elf_load(&b, 0xf000, LINK + 0xf000, 0, 0x123);
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_NONE);
	assert_int_equal(f.riscv.image_size, 0xf123);
}

static void
other_elfs_are_refused(void **state)
{
	struct elf_build b;
	struct refusal why;
	struct facts f;
	size_t at;

	(void)state;
	vmlinux(&b, 0, 0);
	at = b.size - 0x1000 - 0x2f00; /* the Image header */
	elf_poke(&b, at + 0x38, 4, 0);
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_RISCV_FORM);
	assert_string_equal(why.detail, "an ELF for riscv64 without an Image header");
	vmlinux(&b, 0, 0);
	ELF_SET_P(&b, 1, p_filesz, 63);
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_RISCV_FORM);
	ELF_SET_P(&b, 1, p_filesz, 64);
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_NONE);
	elf_poke(&b, at + 0x08, 8, 1); /* text_offset */
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_RISCV_HEADER);
	assert_int_equal(why.where, at + 0x08);
	vmlinux(&b, 0, 0);
	assert_int_equal(probe(b.bytes, b.size - 1, &f, &why), REFUSAL_ELF_TRUNCATED);
	ELF_SET_P(&b, 0, p_paddr, 0x3800);
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_ELF_OVERLAP);
}

/* PT_DYNAMIC, in the last segment, names relocations of which the first is `info`. */
static void
relocatable(struct elf_build *b, uint64_t info)
{
	size_t at;

	vmlinux(b, 0, 0);
	at = b->size - 0x1000; /* the segment at RODATA */
	memset(b->bytes + at, 0, 0x1000);
	elf_poke(b, at, 8, DT_RELASZ);
	elf_poke(b, at + 8, 8, 48);
	elf_poke(b, at + 16, 8, DT_RELA);
	elf_poke(b, at + 24, 8, LINK + RODATA + 0x100);
	elf_poke(b, at + 0x100 + 8, 8, info);
	elf_load(b, 0x20000, LINK + 0x20000, 0, 1);
	ELF_SET_P(b, 3, p_type, PT_DYNAMIC);
	ELF_SET_P(b, 3, p_offset, at);
	ELF_SET_P(b, 3, p_filesz, 64);
}

static void
a_vmlinux_needs_its_relocations(void **state)
{
	struct elf_build b;
	struct refusal why;
	struct facts f;

	(void)state;
	relocatable(&b, R_RISCV_RELATIVE);
	check_vmlinux(&b, 0);
	relocatable(&b, 0);
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_RISCV_FORM);
	assert_string_equal(why.detail, "an ELF for riscv64 whose relocations were taken out");
	elf_poke(&b, b.size - 0x1000 + 24, 8,
	        LINK + RODATA + 0x1000 - 23); /* past its file part */
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_RISCV_FORM);
	elf_poke(&b, b.size - 0x1000 + 8, 8, 0); /* it has none */
	check_vmlinux(&b, 0);
	ELF_SET_P(&b, 3, p_offset, b.size - 63);
	assert_int_equal(probe(b.bytes, b.size, &f, &why), REFUSAL_ELF_TRUNCATED);
	assert_string_equal(why.detail, "dynamic section");
}

/* A request for an Image of 1 MiB in the file and 3 in memory; RAM from 4 to 16 MiB. */
static void
bench_image(struct bench *b)
{
	bench_bzimage(b);
	b->kernel = (struct facts){.format = KERNEL_RISCV, .size = MIB};
	b->kernel.riscv = (struct riscv_facts){.version_minor = 2,
	        .text_offset = 2 * MIB,
	        .image_size = 3 * MIB,
	        .segments = 1,
	        .segment[0] = {.file_len = MIB, .mem_len = 3 * MIB}};
	b->map.count = 0;
	assert_int_equal(memmap_add(&b->map, 4 * MIB, 12 * MIB, MEM_RAM, &b->why), 0);
	b->req.blobs = 0;
	b->req.trampoline_len = 0;
	b->req.fdt_len = 5000;
}

static void
kernel_goes_to_the_lowest_2_mib(void **state)
{
	struct bench b;

	(void)state;
	bench_image(&b);
	bench_stream(&b, MIB);
	bench_fixed(&b, "kshim", 4 * MIB, PAGE);
	bench_stream(&b, 70001);
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	bench_run(&b);
	assert_int_equal(b.plan.protocol, PROTOCOL_RISCV);
	assert_int_equal(b.plan.entry, 6 * MIB);
	assert_int_equal(b.plan.placement[0].range.len, 3 * MIB); /* not the file's size */
	assert_int_equal(plan_find(&b.plan, PLACE_FDT)->range.addr, 16 * MIB - 2 * PAGE);
	assert_int_equal(b.plan.initrd.len, 70001);
	assert_int_equal(b.plan.initrd.addr % PAGE, 0);
	assert_true(b.plan.initrd.addr >= 9 * MIB);
	b.kernel.riscv.text_offset = 2 * MIB + 0x80000;
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	assert_int_equal(b.plan.entry, 4 * MIB + 0x80000);
}

/* An ELF's segments lie as in its Image, and zeros fill what is between and behind them. */
static void
segments_are_laid_out_as_the_image(void **state)
{
	struct riscv_facts *k;
	struct bench b;

	(void)state;
	bench_image(&b);
	k = &b.kernel.riscv;
	k->is_elf = true;
	k->segments = 2;
	k->segment[0] = (struct segment){.off = 0x1000, .file_len = 0x5000, .mem_len = 0x5000};
	k->segment[1] = (struct segment){
	        .off = 0x8000, .file_len = 0x777, .paddr = 0x9000, .mem_len = 0x2000};
	bench_stream(&b, MIB);
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	bench_run(&b);
	assert_int_equal(b.plan.entry, 4 * MIB);
	assert_int_equal(b.plan.placement[0].range.len, 0x9000);
	assert_int_equal(b.plan.placement[1].range.addr, 4 * MIB + 0x9000);
	assert_int_equal(range_end(b.plan.placement[1].range), 4 * MIB + 3 * MIB);
}

static void
a_fixed_kernel_has_one_place(void **state)
{
	struct bench b;

	(void)state;
	bench_image(&b);
	bench_stream(&b, MIB);
	b.kernel.riscv.fixed = 7 * MIB;
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	assert_int_equal(b.plan.entry, 7 * MIB);
	bench_run(&b);
	bench_fixed(&b, "kshim", 10 * MIB - PAGE, PAGE);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_KERNEL_PLACE);
	assert_int_equal(b.why.a.range.addr, 7 * MIB);
	assert_string_equal(b.why.b.name, "kshim");
	b.kernel.riscv.fixed = UINT64_MAX - MIB;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_KERNEL_PLACE);
}

/* The file lies where the kernel must go: it is moved, and no byte of the initrd is lost. */
static void
sources_in_the_way_are_moved(void **state)
{
	struct bench b;

	(void)state;
	bench_image(&b);
	b.map.count = 0;
	assert_int_equal(memmap_add(&b.map, 4 * MIB, 5 * MIB, MEM_RAM, &b.why), 0);
	bench_module(&b, 4 * MIB + 100, MIB);
	bench_module(&b, 5 * MIB + 200, MIB);
	assert_int_equal(bench_plan(&b), REFUSAL_NONE);
	bench_run(&b);
	assert_int_equal(b.plan.entry, 4 * MIB);
}

static void
lack_of_room_is_refused(void **state)
{
	struct bench b;

	(void)state;
	bench_image(&b);
	bench_stream(&b, MIB);
	b.kernel.riscv.image_size = 12 * MIB;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_HANDOFF_ROOM);
	assert_string_equal(b.why.detail, "device tree");
	b.kernel.riscv.image_size++;
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_KERNEL_ROOM);
	assert_int_equal(b.why.found, 12 * MIB);
	b.kernel.riscv.image_size = 3 * MIB;
	bench_stream(&b, 9 * MIB);
	assert_int_equal(bench_plan(&b), REFUSAL_PLAN_INITRD_ROOM);
	b.map.count = 0;
	assert_int_equal(bench_plan(&b), REFUSAL_MAP_NONE);
}

static void
line_and_protocol_have_limits(void **state)
{
	struct bench b;
	char text[1025];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (unsigned len = 1023; len <= 1024; len++) {
		struct span part = {(const uint8_t *)text, len};

		bench_image(&b);
		bench_stream(&b, MIB);
		b.req.cmdline.len = 0;
		assert_int_equal(cmdline_append(&b.req.cmdline, part, &b.why), REFUSAL_NONE);
		assert_int_equal(
		        bench_plan(&b), len > 1023 ? REFUSAL_CMDLINE_LONG : REFUSAL_NONE);
	}
	assert_int_equal(b.why.wanted, 1023);
	bench_image(&b);
	bench_stream(&b, MIB);
	b.req.protocol = PROTOCOL_PVH;
	assert_int_equal(bench_plan(&b), REFUSAL_CMDLINE_WORD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(header_becomes_facts),
	        cmocka_unit_test(damaged_headers_are_refused),
	        cmocka_unit_test(short_and_foreign_files_are_refused),
	        cmocka_unit_test(other_forms_are_named),
	        cmocka_unit_test(version_and_magic_go_together),
	        cmocka_unit_test(vmlinux_becomes_facts),
	        cmocka_unit_test(other_elfs_are_refused),
	        cmocka_unit_test(a_vmlinux_needs_its_relocations),
	        cmocka_unit_test(segments_are_laid_out_as_the_image),
	        cmocka_unit_test(a_fixed_kernel_has_one_place),
	        cmocka_unit_test(kernel_goes_to_the_lowest_2_mib),
	        cmocka_unit_test(sources_in_the_way_are_moved),
	        cmocka_unit_test(lack_of_room_is_refused),
	        cmocka_unit_test(line_and_protocol_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
