/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines on the console, word for word: scripts and the boot rows read them. */
#include "stub/body/report.h"

#include <string.h>

#include "stub/body/report_lines.h"
#include "tests/unit/unit.h"

static char buf[160];

static struct text
empty(void)
{
	return text_init(buf, sizeof(buf));
}

static void
facts_of_every_format(void **state)
{
	static const struct {
		enum kernel_format format;
		uint16_t version;
		const char *line;
	} rows[] = {
	        {KERNEL_BZIMAGE, 0x20f, "bzImage, protocol 2.15, 4097 bytes"},
	        {KERNEL_BZIMAGE, 0x209, "bzImage, protocol 2.09, 4097 bytes"},
	        {KERNEL_ELF64, 0, "ELF64, 4097 bytes"},
	        {KERNEL_ELF32, 0, "ELF32, 4097 bytes"},
	        {KERNEL_RISCV, 0, "RISC-V Image, 4097 bytes"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct facts f = {.format = rows[i].format, .size = 4097};
		struct text t = empty();

		if (f.format == KERNEL_BZIMAGE)
			f.bz.version = rows[i].version;
		report_facts(&t, &f);
		assert_string_equal(buf, rows[i].line);
		if (f.format != KERNEL_RISCV)
			continue;
		t = empty();
		f.riscv.is_elf = true;
		report_facts(&t, &f);
		assert_string_equal(buf, "RISC-V ELF, 4097 bytes");
	}
}

static void
place_and_how_far_it_moved(void **state)
{
	static const struct {
		int64_t displacement;
		const char *line;
	} rows[] = {
	        {0, "kernel at 0x1000000"},
	        {2 << 20, "kernel at 0x1000000, moved up by 0x200000"},
	        {-(1 << 20), "kernel at 0x1000000, moved down by 0x100000"},
	        {INT64_MIN, "kernel at 0x1000000, moved down by 0x8000000000000000"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan plan = {
		        .kernel_load = 16 * MIB, .displacement = rows[i].displacement};
		struct text t = empty();

		report_place(&t, &plan);
		assert_string_equal(buf, rows[i].line);
	}
}

static void
initrd_and_entry(void **state)
{
	struct plan plan = {.initrd = {0x7000, 4097}, .entry = 0x1000200};
	struct text t = empty();

	(void)state;
	report_initrd(&t, &plan);
	assert_string_equal(buf, "initrd at 0x7000-0x8000");
	for (enum protocol p = PROTOCOL_AUTO; p <= PROTOCOL_RISCV; p++) {
		static const char *const names[] = {
		        "auto", "pvh", "linux64", "linux32", "riscv"};

		assert_string_equal(protocol_name(p), names[p]);
	}
	plan.protocol = PROTOCOL_LINUX64;
	t = empty();
	report_entry(&t, &plan);
	assert_string_equal(buf, "entering the kernel at 0x1000200 by linux64");
}

static char said[256];

static void
say(const char *line)
{
	strcat(strcat(said, line), "\n");
}

static void
kernel_and_the_file_it_is_in(void **state)
{
	static struct kernel_file f = {.blob.name = "module 1", .is_bundle = true};
	struct facts facts = {.format = KERNEL_ELF64, .size = 4097};

	(void)state;
	said[0] = 0;
	report_kernel_file(say, "version 1.2.3", &f, &facts);
	assert_string_equal(
	        said, "version 1.2.3\nkernel from module 1 (a bundle): ELF64, 4097 bytes\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(facts_of_every_format),
	        cmocka_unit_test(place_and_how_far_it_moved),
	        cmocka_unit_test(initrd_and_entry),
	        cmocka_unit_test(kernel_and_the_file_it_is_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
