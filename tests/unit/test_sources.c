/* SPDX-License-Identifier: BSD-2-Clause */
/* Which file is the kernel, which are initrds, and what the line is joined from. */
#include "unit.h"

#include <string.h>

#include "pe_image.h"
#include "stub/base/text.h"
#include "stub/body/report_lines.h"
#include "stub/body/sources.h"

static struct sources s;
static struct plan_request req;
static struct cmdline line;
static struct cmdline_words words;
static struct refusal why;
static struct blob offered[PLAN_BLOBS + 1];
static uint8_t memory[64];
static char printed[400];

static enum refusal_code
read_item(uint32_t handle, const char *name, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	(void)ret_why;
	assert_int_equal(handle, 9);
	assert_string_equal(name, FW_CFG_CMDLINE);
	assert_int_equal(off, 0);
	memset(dst, 'f', len);
	return REFUSAL_NONE;
}

static int
setup(void **state)
{
	(void)state;
	memset(&s, 0, sizeof(s));
	memset(&req, 0, sizeof(req));
	memset(offered, 0, sizeof(offered));
	printed[0] = 0;
	for (unsigned i = 0; i <= PLAN_BLOBS; i++)
		offered[i] = (struct blob){
		        .where = BLOB_SPACE, .addr = (uintptr_t)memory, .size = i + 1};
	offered[0].name = "first";
	s.offered = offered;
	s.file.read = read_item;
	return 0;
}

static void
look(void)
{
	assert_true(sources_choose(&s));
	s.file.members.kernel_len = s.file.blob.size;
	assert_int_equal(sources_blobs(&s, &req, &why), REFUSAL_NONE);
}

static void
kernel_by_offered_file(void **state)
{
	(void)state;
	assert_false(sources_choose(&s));
	s.nr_offered = 3;
	look();
	assert_int_equal(req.blobs, 3);
	assert_string_equal(req.blob[0].name, "first");
	assert_string_equal(req.blob[1].name, "initrd 1");
	assert_int_equal(req.blob[2].size, 3);
}

static void
kernel_by_fw_cfg(void **state)
{
	(void)state;
	s.nr_offered = 1;
	s.items.kernel = (struct fw_cfg_item){5, 40};
	s.items.initrds = 3; /* the second is absent */
	s.items.initrd[0] = (struct fw_cfg_item){6, 10};
	s.items.initrd[2] = (struct fw_cfg_item){7, 20};
	look();
	assert_int_equal(req.blobs, 4);
	assert_string_equal(req.blob[0].name, FW_CFG_KERNEL);
	assert_int_equal(req.blob[0].where, BLOB_STREAM);
	assert_int_equal(req.blob[1].handle, 6);
	assert_int_equal(req.blob[2].handle, 7);
	assert_string_equal(req.blob[3].name, "first");
	s.first_is_kernel = true;
	look();
	assert_int_equal(req.blobs, 3);
}

static void
initrd_of_the_bundle_is_first(void **state)
{
	(void)state;
	s.nr_offered = 2;
	assert_true(sources_choose(&s));
	s.file.members = (struct bundle){
	        .kernel_off = 4, .kernel_len = 8, .initrd_off = 16, .initrd_len = 5};
	assert_int_equal(sources_blobs(&s, &req, &why), REFUSAL_NONE);
	assert_int_equal(req.blobs, 3);
	assert_int_equal(req.blob[0].addr, (uintptr_t)memory + 4);
	assert_int_equal(req.blob[1].addr, (uintptr_t)memory + 16);
	assert_int_equal(req.blob[1].size, 5);
	assert_int_equal(req.blob[2].size, 2);
}

static void
empty_files(void **state)
{
	(void)state;
	s.nr_offered = 3;
	offered[1].size = 0;
	look();
	assert_int_equal(req.blobs, 2);
	s.keep_empty = true;
	look();
	assert_int_equal(req.blobs, 3);
	assert_int_equal(req.blob[1].size, 0);
}

static void
too_many_initrds(void **state)
{
	(void)state;
	s.nr_offered = PLAN_BLOBS;
	look();
	assert_int_equal(req.blobs, PLAN_BLOBS);
	s.nr_offered = PLAN_BLOBS + 1;
	assert_int_equal(sources_blobs(&s, &req, &why), REFUSAL_PLAN_TOO_MANY);
	assert_string_equal(why.detail, "initrds");
	assert_int_equal(why.found, PLAN_BLOBS);
	assert_int_equal(why.wanted, PLAN_BLOBS - 1);
}

static void
command_line(void **state)
{
	(void)state;
	s.nr_offered = 1;
	s.items.cmdline = (struct fw_cfg_item){9, 3};
	s.launchers_line = (struct span){(const uint8_t *)"quiet kshim.protocol=pvh", 24};
	assert_true(sources_choose(&s));
	assert_int_equal(sources_command_line(&s, &line, &words, &why), REFUSAL_NONE);
	assert_string_equal(line.text, "fff quiet");
	assert_int_equal(words.protocol, PROTOCOL_PVH);
	s.items.cmdline.size = SOURCES_LINE - 1;
	s.launchers_line.size = 0;
	assert_int_equal(sources_command_line(&s, &line, &words, &why), REFUSAL_NONE);
	s.items.cmdline.size = SOURCES_LINE + 1;
	assert_int_equal(sources_command_line(&s, &line, &words, &why), REFUSAL_CMDLINE_BUFFER);
	assert_string_equal(why.subject, "command line");
}

/* A reader that knows a kernel by its first letter. */
static enum refusal_code
probe_k(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	struct span head;
	enum refusal_code code = image_get(im, 0, 1, REFUSAL_KERNEL_EMPTY, &head, ret_why);

	if (!code && head.base[0] != 'k')
		code = refuse(ret_why, REFUSAL_KERNEL_OTHER, 7, 0, 0);
	if (!code)
		ret_facts->size = im->size;
	return code;
}

static enum refusal_code
line_and_probe(struct facts *ret_facts)
{
	assert_true(sources_choose(&s));
	assert_int_equal(kernel_file_look(&s.file, &why), REFUSAL_NONE);
	assert_int_equal(sources_command_line(&s, &line, &words, &why), REFUSAL_NONE);
	return sources_probe(&s, probe_k, &line, &words, ret_facts, &why);
}

static void
unified_kernel_image(void **state)
{
	static const struct pe_image_row rows[] = {{".cmdline", "all kshim.console=none\n"},
	        {".linux", "kernel"}, {".ucode", "u"}, {".profile", "ID=a"},
	        {".profile", "ID=b"}, {".initrd", "of b"}};
	static struct facts facts;

	(void)state;
	pe_image_make(0x8664, rows, 6);
	offered[0].addr = (uintptr_t)pe_image;
	offered[0].size = pe_image_len;
	s.nr_offered = 2;
	s.launchers_line = (struct span){(const uint8_t *)"quiet kshim.profile=b", 21};
	assert_int_equal(line_and_probe(&facts), REFUSAL_NONE);
	assert_int_equal(facts.size, 6);
	assert_string_equal(line.text, "all quiet");
	assert_int_equal(words.console, CONSOLE_NONE);
	assert_int_equal(
	        sources_check_words(&s, &(struct cmdline_words){.profile = true}, &why),
	        REFUSAL_NONE);
	assert_int_equal(sources_blobs(&s, &req, &why), REFUSAL_NONE);
	assert_int_equal(req.blobs, 4);
	assert_memory_equal((void *)(uintptr_t)req.blob[0].addr, "kernel", 6);
	assert_memory_equal((void *)(uintptr_t)req.blob[1].addr, "u", 1);
	assert_memory_equal((void *)(uintptr_t)req.blob[2].addr, "of b", 4);
	assert_string_equal(req.blob[2].name, "initrd 2");
	assert_int_equal(req.blob[3].addr, (uintptr_t)memory);
}

static void
what_is_no_unified_kernel_image(void **state)
{
	static struct facts facts;

	(void)state;
	memory[0] = 'x';
	s.nr_offered = 1;
	assert_int_equal(line_and_probe(&facts), REFUSAL_KERNEL_OTHER);
	assert_int_equal(why.where, 7);
	assert_false(s.file.is_uki);
	assert_int_equal(
	        sources_check_words(&s, &(struct cmdline_words){.profile = true}, &why),
	        REFUSAL_UKI_NONE);
	pe_image_make(0x8664, (const struct pe_image_row[]){{".linux", "x"}}, 1);
	offered[0].addr = (uintptr_t)pe_image;
	offered[0].size = pe_image_len;
	assert_int_equal(line_and_probe(&facts), REFUSAL_KERNEL_OTHER);
	assert_true(s.file.is_uki);
}

static void
print(const char *text)
{
	strcat(printed, text);
	strcat(printed, "\n");
}

static void
lines(void **state)
{
	static struct facts facts = {.format = KERNEL_ELF64, .size = 7};
	static struct plan plan = {.kernel_load = 0x1000000,
	        .entry = 0x1000200,
	        .protocol = PROTOCOL_PVH,
	        .initrd = {0x2000, 0x10}};

	(void)state;
	report_kernel_line(print, "module 1", NULL, &facts);
	report_kernel_line(print, "initrd", "a bundle", &facts);
	report_plan_lines(print, &plan, NULL);
	plan.initrd.len = 0;
	plan.placement[0] = (struct placement){.kind = PLACE_FDT, .range = {0x8000, 1}};
	plan.placements = 1;
	report_plan_lines(print, &plan, "directly");
	assert_string_equal(printed,
	        "kernel from module 1: ELF64, 7 bytes\n"
	        "kernel from initrd (a bundle): ELF64, 7 bytes\n"
	        "kernel at 0x1000000\n"
	        "initrd at 0x2000-0x200f\n"
	        "entering the kernel at 0x1000200 by pvh\n"
	        "kernel at 0x1000000\n"
	        "entering the kernel at 0x1000200 directly, device tree at 0x8000\n");
}

/* For a caller that has the whole line: as in one go. */
static void
all_of_a_unified_kernel_image(void **state)
{
	static const struct pe_image_row rows[] = {
	        {".linux", "kernel"}, {".linux", "no kernel"}};
	static struct facts facts;
	char buf[64];

	(void)state;
	s.nr_offered = 1;
	offered[0].addr = (uintptr_t)pe_image;
	for (unsigned first = 0; first < 2; first++) {
		pe_image_make(0x8664, rows + first, 1);
		offered[0].size = pe_image_len;
		memset(&s.file, 0, sizeof(s.file));
		assert_true(sources_choose(&s));
		assert_int_equal(kernel_file_look(&s.file, &why), REFUSAL_NONE);
		line = cmdline_init(buf, sizeof(buf));
		assert_int_equal(kernel_file_read(&s.file, probe_k, &line, &facts, &why),
		        first ? REFUSAL_KERNEL_OTHER : REFUSAL_NONE);
	}
	line = cmdline_init(buf, sizeof(buf));
	assert_int_equal(
	        cmdline_append(&line, text_span("kshim.profile=z"), &why), REFUSAL_NONE);
	memset(&s.file, 0, sizeof(s.file));
	assert_true(sources_choose(&s));
	assert_int_equal(kernel_file_look(&s.file, &why), REFUSAL_NONE);
	assert_int_equal(
	        kernel_file_read(&s.file, probe_k, &line, &facts, &why), REFUSAL_UKI_PROFILE);
	memory[0] = 'k';
	offered[0] = (struct blob){.where = BLOB_SPACE, .addr = (uintptr_t)memory, .size = 3};
	memset(&s.file, 0, sizeof(s.file));
	assert_true(sources_choose(&s));
	assert_int_equal(kernel_file_look(&s.file, &why), REFUSAL_NONE);
	assert_int_equal(kernel_file_read(&s.file, probe_k, &line, &facts, &why), REFUSAL_NONE);
	assert_int_equal(facts.size, 3);
}

/* A boot entry's options come behind the bundle's, before fw_cfg's and the launcher's. */
static void
options_of_an_entry(void **state)
{
	static const char given[] = "kshim.entry=e b";

	(void)state;
	s.nr_offered = 1;
	s.items.cmdline = (struct fw_cfg_item){9, 2};
	s.launchers_line = (struct span){(const uint8_t *)given, sizeof(given) - 1};
	assert_int_equal(sources_given_line(&s, &line, &why), REFUSAL_NONE);
	assert_string_equal(line.text, "ff kshim.entry=e b");
	s.entry_line = text_span("a=1");
	s.by_entry = true;
	assert_true(sources_choose(&s));
	assert_int_equal(sources_command_line(&s, &line, &words, &why), REFUSAL_NONE);
	assert_string_equal(line.text, "a=1 ff b");
	assert_true(words.entry);
	assert_int_equal(sources_check_words(&s, &words, &why), REFUSAL_NONE);
	s.by_entry = false;
	assert_int_equal(sources_check_words(&s, &words, &why), REFUSAL_CMDLINE_WORD);
	assert_string_equal(why.subject, "command line");
	s.items.cmdline.size = SOURCES_LINE + 1;
	assert_int_equal(sources_given_line(&s, &line, &why), REFUSAL_CMDLINE_BUFFER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(kernel_by_offered_file, setup),
	        cmocka_unit_test_setup(kernel_by_fw_cfg, setup),
	        cmocka_unit_test_setup(initrd_of_the_bundle_is_first, setup),
	        cmocka_unit_test_setup(empty_files, setup),
	        cmocka_unit_test_setup(too_many_initrds, setup),
	        cmocka_unit_test_setup(command_line, setup),
	        cmocka_unit_test_setup(unified_kernel_image, setup),
	        cmocka_unit_test_setup(what_is_no_unified_kernel_image, setup),
	        cmocka_unit_test_setup(lines, setup),
	        cmocka_unit_test_setup(options_of_an_entry, setup),
	        cmocka_unit_test_setup(all_of_a_unified_kernel_image, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
