/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel's file read by windows, staged, refused; and early moves carried out. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "pe_image.h"
#include "stub/body/kernel_file.h"

#define KERNEL_LEN 300000

static uint8_t file[400000];
static uint64_t size, kernel_off, reads, read_bytes, stages;
static struct kernel_file f;
static struct refusal why;
static bool broken;

static void
member(const char *name, const void *data, unsigned len)
{
	char head[111];

	snprintf(head, sizeof(head),
	        "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 0, 0100644, 0, 0,
	        1, 0, len, 0, 0, 0, 0, (unsigned)strlen(name) + 1, 0);
	memcpy(file + size, head, 110);
	memcpy(file + size + 110, name, strlen(name) + 1);
	size = (size + 110 + strlen(name) + 1 + 3) & ~3ull;
	memcpy(file + size, data, len);
	if (!strcmp(name, "kshim/kernel"))
		kernel_off = size;
	size = (size + len + 3) & ~3ull;
}

/* A bundle with the command line behind the kernel, so that it takes several windows. */
static void
make_bundle(void)
{
	static uint8_t kernel[KERNEL_LEN];

	memset(file, 0, sizeof(file));
	size = 0;
	memset(kernel, 'K', sizeof(kernel));
	member("kshim/kernel", kernel, sizeof(kernel));
	member("kshim/cmdline", "of the bundle\n", 14);
	member("TRAILER!!!", "", 0);
	memcpy(file + size, "INITRD", 6);
	size += 6;
}

static enum refusal_code
read_file(uint32_t handle, const char *name, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	assert_int_equal(handle, 7);
	assert_non_null(name);
	assert_true(off <= size && len <= size - off);
	if (broken)
		return refuse(ret_why, REFUSAL_FW_CFG_ERROR, off, 0, len);
	reads++;
	read_bytes += len;
	memcpy(dst, file + off, len);
	return REFUSAL_NONE;
}

static enum refusal_code
stage_file(void *context, struct refusal *ret_why)
{
	struct kernel_file *k = context;

	(void)ret_why;
	stages++;
	k->image = image_of((struct span){file, size});
	return REFUSAL_NONE;
}

static int
setup(void **state)
{
	(void)state;
	make_bundle();
	memset(&f, 0, sizeof(f));
	f.blob = (struct blob){
	        .where = BLOB_STREAM, .handle = 7, .addr = 0, .size = size, .name = "opt/file"};
	f.image = image_stream(size);
	f.read = read_file;
	reads = read_bytes = stages = 0;
	broken = false;
	return 0;
}

static void
bundle_is_read_by_windows(void **state)
{
	char text[64];
	struct cmdline line = cmdline_init(text, sizeof(text));
	struct blob blob;

	(void)state;
	assert_int_equal(kernel_file_look(&f, &why), REFUSAL_NONE);
	assert_true(f.is_bundle);
	assert_int_equal(f.members.kernel_off, kernel_off);
	assert_int_equal(f.members.kernel_len, KERNEL_LEN);
	assert_int_equal(f.members.initrd_len, 6);
	assert_int_equal(kernel_file_line(&f, &line, &why), REFUSAL_NONE);
	assert_string_equal(line.text, "of the bundle");
	assert_true(reads >= 2 && read_bytes <= 3 * KERNEL_FILE_WINDOW);
	assert_true(read_bytes == f.used);
	blob = kernel_file_member(&f, f.members.initrd_off, f.members.initrd_len);
	assert_int_equal(blob.addr, size - 6);
	assert_int_equal(blob.size, 6);
	assert_int_equal(blob.handle, 7);
}

/* Wants `wanted` bytes at the end of the kernel, one window after the other. */
static uint64_t wanted;

static enum refusal_code
probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;
	struct span s;

	assert_int_equal(im->size, KERNEL_LEN);
	for (uint64_t i = 0; !code && i < wanted; i++) {
		code = image_get(im, i * 2 * KERNEL_FILE_WINDOW, KERNEL_FILE_WINDOW,
		        REFUSAL_ELF_TRUNCATED, &s, ret_why);
		assert_true(code || s.base[0] == 'K');
	}
	if (!code)
		ret_facts->format = KERNEL_RISCV;
	return code;
}

static void
probe_gets_what_it_asks_for(void **state)
{
	static struct facts facts;

	(void)state;
	assert_int_equal(kernel_file_look(&f, &why), REFUSAL_NONE);
	wanted = 5;
	assert_int_equal(kernel_file_probe(&f, probe, &facts, &why), REFUSAL_NONE);
	assert_int_equal(facts.format, KERNEL_RISCV);
}

static void
too_many_windows_are_staged_or_refused(void **state)
{
	static struct facts facts;

	(void)state;
	assert_int_equal(kernel_file_look(&f, &why), REFUSAL_NONE);
	wanted = IMAGE_WINDOWS + 1;
	assert_int_equal(kernel_file_probe(&f, probe, &facts, &why), REFUSAL_FW_CFG_STAGE);
	assert_string_equal(why.subject, "opt/file");
	f.stage = stage_file;
	f.context = &f;
	assert_int_equal(kernel_file_probe(&f, probe, &facts, &why), REFUSAL_NONE);
	assert_int_equal(stages, 1);
}

static void
reading_may_fail(void **state)
{
	(void)state;
	broken = true;
	assert_int_equal(kernel_file_look(&f, &why), REFUSAL_FW_CFG_ERROR);
	assert_string_equal(why.subject, "opt/file");
}

static void
what_is_no_bundle_is_the_kernel(void **state)
{
	char text[64];
	struct cmdline line = cmdline_init(text, sizeof(text));

	(void)state;
	file[0] = 'X';
	assert_int_equal(kernel_file_look(&f, &why), REFUSAL_NONE);
	assert_false(f.is_bundle);
	assert_int_equal(f.members.kernel_off, 0);
	assert_int_equal(f.members.kernel_len, size);
	assert_int_equal(kernel_file_line(&f, &line, &why), REFUSAL_NONE);
	assert_int_equal(line.len, 0);
}

static const struct pe_image_row uki_rows[] = {
        {".cmdline", "\nof\tthe image\r\nall of it\n"},
        {".initrd", "initrd"},
        {".ucode", "ucode"},
        {".linux", "kernel"},
        {".profile", "ID=one"},
        {".profile", "ID=two"},
        {".cmdline", "of two"},
};

/* The image as a file of its own, or as the kernel of a bundle with a line and an initrd. */
static void
make_uki(bool in_bundle)
{
	pe_image_make(0x8664, uki_rows, 7);
	f.is_uki = false;
	memset(file, 0, sizeof(file));
	size = 0;
	if (in_bundle) {
		member("kshim/kernel", pe_image, (unsigned)pe_image_len);
		member("kshim/cmdline", "of the bundle\n", 14);
		member("TRAILER!!!", "", 0);
		memcpy(file + size, "INITRD", 6);
		size += 6;
	} else {
		memcpy(file, pe_image, pe_image_len);
		size = pe_image_len;
	}
	f.blob.size = size;
	f.image = image_stream(size);
}

static void
take(const char *words, enum refusal_code wanted_code)
{
	char text[64];
	struct cmdline line = cmdline_init(text, sizeof(text));
	enum refusal_code probed = REFUSAL_KERNEL_PE;

	assert_int_equal(kernel_file_look(&f, &why), REFUSAL_NONE);
	assert_true(kernel_file_is_uki(&f, &probed, &why));
	assert_int_equal(cmdline_append(&line,
	                         (struct span){(const uint8_t *)words, strlen(words)}, &why),
	        REFUSAL_NONE);
	assert_int_equal(kernel_file_take_uki(&f, &line, &why), wanted_code);
}

static void
assert_line(const char *wanted_line)
{
	char text[128];
	struct cmdline line = cmdline_init(text, sizeof(text));

	assert_int_equal(kernel_file_line(&f, &line, &why), REFUSAL_NONE);
	assert_string_equal(line.text, wanted_line);
}

static void
assert_blob(struct blob blob, const char *text)
{
	assert_int_equal(blob.size, strlen(text));
	assert_memory_equal(file + blob.addr, text, blob.size);
}

static void
unified_image_is_taken_apart(void **state)
{
	struct blob initrd[KERNEL_FILE_INITRDS];

	(void)state;
	make_uki(false);
	take("a kshim.profile=nothing b kshim.profile=two -- c", REFUSAL_NONE);
	assert_line("of two");
	make_uki(false);
	take("", REFUSAL_NONE);
	assert_line("of the image  all of it");
	assert_blob(
	        kernel_file_member(&f, f.members.kernel_off, f.members.kernel_len), "kernel");
	assert_int_equal(kernel_file_initrds(&f, initrd), 2);
	assert_blob(initrd[0], "ucode");
	assert_blob(initrd[1], "initrd");
	assert_string_equal(kernel_file_form(&f), "a unified kernel image");
}

static void
unified_image_in_a_bundle(void **state)
{
	struct blob initrd[KERNEL_FILE_INITRDS];

	(void)state;
	make_uki(true);
	take("kshim.profile=@1", REFUSAL_NONE);
	assert_line("of two of the bundle");
	assert_blob(
	        kernel_file_member(&f, f.members.kernel_off, f.members.kernel_len), "kernel");
	assert_int_equal(kernel_file_initrds(&f, initrd), 3);
	assert_blob(initrd[0], "ucode");
	assert_blob(initrd[1], "initrd");
	assert_blob(initrd[2], "INITRD");
	assert_string_equal(kernel_file_form(&f), "a unified kernel image in a bundle");
}

static void
profiles_that_cannot_be_had(void **state)
{
	(void)state;
	make_uki(false);
	take("kshim.profile=three", REFUSAL_UKI_PROFILE);
	assert_string_equal(why.detail, "three");
	assert_string_equal(why.subject, "opt/file");
}

static void
early_moves_are_made_in_order(void **state)
{
	static uint8_t space[64];
	static struct plan plan;
	uint64_t at = (uintptr_t)space;

	(void)state;
	memcpy(space, "0123456789", 10);
	memset(space + 32, 0xff, 32);
	plan.moves = 4;
	plan.move[0] = (struct move){.op = MOVE_COPY, .dst = at + 2, .len = 10, .src = at};
	plan.move[1] = (struct move){
	        .op = MOVE_READ, .dst = at + 40, .len = 6, .src = size - 6, .handle = 7};
	plan.move[2] = (struct move){.op = MOVE_ZERO, .dst = at + 46, .len = 2};
	plan.move[3] = (struct move){.op = MOVE_ZERO, .dst = at, .len = 64, .late = true};
	broken = true;
	assert_int_equal(moves_do_early(&plan, read_file, &why), REFUSAL_FW_CFG_ERROR);
	assert_memory_equal(space, "010123456789", 12);
	assert_int_equal(space[46], 0xff);
	broken = false;
	plan.move[0].len = 0;
	assert_int_equal(moves_do_early(&plan, read_file, &why), REFUSAL_NONE);
	assert_memory_equal(space + 40, "INITRD\0\0\xff", 9);
	assert_memory_equal(space, "010123456789", 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(bundle_is_read_by_windows, setup),
	        cmocka_unit_test_setup(probe_gets_what_it_asks_for, setup),
	        cmocka_unit_test_setup(too_many_windows_are_staged_or_refused, setup),
	        cmocka_unit_test_setup(reading_may_fail, setup),
	        cmocka_unit_test_setup(what_is_no_bundle_is_the_kernel, setup),
	        cmocka_unit_test_setup(unified_image_is_taken_apart, setup),
	        cmocka_unit_test_setup(unified_image_in_a_bundle, setup),
	        cmocka_unit_test_setup(profiles_that_cannot_be_had, setup),
	        cmocka_unit_test_setup(early_moves_are_made_in_order, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
