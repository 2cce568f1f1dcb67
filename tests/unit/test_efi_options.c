/* SPDX-License-Identifier: BSD-2-Clause */
/* The load options: whose words are whose; and UTF-16 against UTF-8. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "stub/input/efi_load_option.h"
#include "stub/input/efi_options.h"
#include "stub/input/utf.h"

static struct efi_options o;
static struct refusal why;
static uint16_t wide[2 * EFI_OPTIONS_ROOM];

static enum refusal_code
parse(const char *text, const char *self)
{
	size_t n = 0;

	assert_true(utf16_from_8(text, wide, sizeof(wide) / 2));
	while (wide[n])
		n++;
	return efi_options_read(
	        (struct span){(const uint8_t *)wide, 2 * n + 2}, self, &o, &why);
}

static void
kernel_initrds_words(void **state)
{
	(void)state;
	assert_int_equal(
	        parse("\\vmlinux initrd=\\a.img initrd=\\b.img console=ttyS0 x=\"a b\"",
	                "\\EFI\\kshim.efi"),
	        REFUSAL_NONE);
	assert_string_equal(o.kernel, "\\vmlinux");
	assert_int_equal(o.initrds, 2);
	assert_string_equal(o.initrd[0], "\\a.img");
	assert_string_equal(o.initrd[1], "\\b.img");
	assert_string_equal(o.words, "console=ttyS0 x=\"a b\"");
	assert_false(o.firmware_initrd);
}

static void
our_own_name_is_dropped(void **state)
{
	static const char *const first[] = {
	        "kshim.efi", "KSHIM.EFI", "kshim", "FS0:\\kshim.efi", "FS0:\\EFI\\KSHIM.EFI"};

	(void)state;
	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		char text[100];

		snprintf(text, sizeof(text), "%s /boot/vmlinux quiet", first[i]);
		assert_int_equal(parse(text, "\\EFI\\kshim.efi"), REFUSAL_NONE);
		assert_string_equal(o.kernel, "/boot/vmlinux");
		assert_string_equal(o.words, "quiet");
	}
}

static void
options_only(void **state)
{
	(void)state;
	assert_int_equal(parse("root=/dev/vda1 \\vmlinux", ""), REFUSAL_NONE);
	assert_null(o.kernel);
	assert_string_equal(o.words, "root=/dev/vda1 \\vmlinux");
	assert_int_equal(parse("kshim.efi quiet \\vmlinux", "\\kshim.efi"), REFUSAL_NONE);
	assert_null(o.kernel);
	assert_string_equal(o.words, "quiet \\vmlinux");
	assert_int_equal(parse("", "\\kshim.efi"), REFUSAL_NONE);
	assert_string_equal(o.words, "");
}

static void
firmwares_initrd(void **state)
{
	(void)state;
	assert_int_equal(parse("\\vmlinux quiet initrd=initrd", ""), REFUSAL_NONE);
	assert_true(o.firmware_initrd);
	assert_int_equal(o.initrds, 0);
	assert_string_equal(o.words, "quiet");
	assert_int_equal(parse("initrd=initrd initrd=\\a", ""), REFUSAL_NONE);
	assert_false(o.firmware_initrd);
	assert_int_equal(o.initrds, 2);
}

static void
quotes_protect(void **state)
{
	(void)state;
	assert_int_equal(parse("a=\"x initrd=y\" b", ""), REFUSAL_NONE);
	assert_int_equal(o.initrds, 0);
	assert_string_equal(o.words, "a=\"x initrd=y\" b");
}

static void
quotes_are_no_part_of_a_path(void **state)
{
	static const char *const first[] = {"\"\\EFI\\Linux\\my uki.efi\"", "\"my uki\"",
	        "fs0:\\EFI\\\"my uki.efi\"", "\"FS0:\\EFI\\Linux\\MY UKI.EFI\""};

	(void)state;
	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		char text[200];

		snprintf(text, sizeof(text),
		        "%s \"/a dir/vmlinux\" initrd=\"\\a b\" \"initrd=\\c d\" x=\"y z\"",
		        first[i]);
		assert_int_equal(parse(text, "\\EFI\\Linux\\my uki.efi"), REFUSAL_NONE);
		assert_string_equal(o.kernel, "/a dir/vmlinux");
		assert_int_equal(o.initrds, 2);
		assert_string_equal(o.initrd[0], "\\a b");
		assert_string_equal(o.initrd[1], "\\c d");
		assert_string_equal(o.words, "x=\"y z\"");
	}
	assert_int_equal(parse("\"my other\" quiet", "\\my uki.efi"), REFUSAL_NONE);
	assert_string_equal(o.words, "\"my other\" quiet");
}

static void
volumes(void **state)
{
	static const struct {
		const char *text, *kernel, *volume, *rest;
	} rows[] = {
	        {"fs0:\\vmlinux", "fs0:\\vmlinux", "fs0", "\\vmlinux"},
	        {"FS1F:vmlinux quiet", "FS1F:vmlinux", "FS1F", "vmlinux"},
	        {"\"hd0b:/a b\"", "hd0b:/a b", "hd0b", "/a b"},
	        {"\\a:b", "\\a:b", "", "\\a:b"},
	        {":\\vmlinux", ":\\vmlinux", "", ":\\vmlinux"},
	};
	const char *rest;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span name;

		assert_int_equal(parse(rows[i].text, ""), REFUSAL_NONE);
		assert_non_null(o.kernel);
		assert_string_equal(o.kernel, rows[i].kernel);
		name = efi_path_volume(o.kernel, &rest);
		assert_int_equal(name.size, strlen(rows[i].volume));
		assert_memory_equal(name.base, rows[i].volume, name.size);
		assert_string_equal(rest, rows[i].rest);
	}
	assert_int_equal(parse("a=fs0: fs0:", ""), REFUSAL_NONE);
	assert_null(o.kernel);
}

static void
assert_ignored(const void *bytes, uint64_t len, uint64_t where, uint64_t found)
{
	assert_int_equal(
	        efi_options_read((struct span){bytes, len}, "", &o, &why), REFUSAL_NONE);
	assert_int_equal(o.ignored.code, REFUSAL_EFI_OPTIONS);
	assert_int_equal(o.ignored.where, where);
	assert_int_equal(o.ignored.found, found);
	assert_string_equal(o.words, "");
	assert_null(o.kernel);
	assert_int_equal(o.initrds, 0);
}

/* What firmware was seen to pass, and what is wrong in one place only. */
static void
what_is_no_text(void **state)
{
	static const uint8_t hp[] = {
	        0xd0, 0x9b, 0, 0xf0, 0xd0, 0x9b, 0, 0xf0, 0xc3, 0xe2, 0, 0xf0};
	static const uint8_t guid[] = {0x4e, 0xac, 8, 0x81, 0x11, 0x9f, 0x59, 0x4d, 0x85, 0x0e,
	        0xe2, 0x1a, 0x52, 0x2c, 0x59, 0xb2};
	static const uint16_t wrong[] = {1, 0x1b, 0x7f, 0x85, 0x9f, 0xd800, 0xdc00, 0xe000,
	        0xf8ff, 0xfdd0, 0xfffe, 0xffff};
	static const uint16_t right[] = {'\t', '\n', '\r', 0xa0, 0xe4, 0x20ac, 0x6838, 0xfffd};

	(void)state;
	assert_ignored(hp, sizeof(hp), 2, 0xf000);
	assert_ignored(guid, sizeof(guid), 0, 0xac4e);
	assert_ignored("quiet splash", 12, 0, 'q' | 'u' << 8);
	assert_ignored("a\0b", 3, 2, 0);
	assert_ignored("a", 1, 0, 0);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint16_t text[] = {'\\', 'a', wrong[i], 'b'};

		assert_ignored(text, sizeof(text), 4, wrong[i]);
	}
	for (unsigned i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		uint16_t text[] = {'a', right[i], 'b'};

		assert_int_equal(
		        efi_options_read((struct span){(const uint8_t *)text, 6}, "", &o, &why),
		        REFUSAL_NONE);
		assert_int_equal(o.ignored.code, REFUSAL_NONE);
		assert_true(o.words[0]);
	}
}

/* Nothing is text, and so is what ends before the rest. */
static void
text_ends_at_its_nul(void **state)
{
	static const uint8_t behind[] = {'a', 0, 0, 0, 0x4e, 0xac, 8, 0x81, 1};

	(void)state;
	for (uint64_t len = 4; len <= sizeof(behind); len++) {
		assert_int_equal(efi_options_read((struct span){behind, len}, "", &o, &why),
		        REFUSAL_NONE);
		assert_int_equal(o.ignored.code, REFUSAL_NONE);
		assert_string_equal(o.words, "a");
	}
	assert_int_equal(efi_options_read((struct span){NULL, 0}, "", &o, &why), REFUSAL_NONE);
	assert_int_equal(o.ignored.code, REFUSAL_NONE);
	assert_int_equal(
	        efi_options_read((struct span){behind + 2, 7}, "", &o, &why), REFUSAL_NONE);
	assert_int_equal(o.ignored.code, REFUSAL_NONE);
	assert_string_equal(o.words, "");
}

static uint8_t option[200];

static void
put16(size_t *at, uint16_t v)
{
	option[(*at)++] = (uint8_t)v;
	option[(*at)++] = (uint8_t)(v >> 8);
}

/* A load option of a description, a node of `node` bytes, an end node, and `text`. */
static size_t
build_option(uint16_t attributes, uint16_t node, const char *text)
{
	size_t n = 0;

	memset(option, 0, sizeof(option));
	put16(&n, attributes);
	put16(&n, 0);
	put16(&n, node + 4);
	for (const char *p = "Linux"; *p; p++)
		put16(&n, (uint16_t)*p);
	put16(&n, 0);
	put16(&n, 0x0404);
	put16(&n, node);
	n += node - 4u;
	put16(&n, 0xff7f);
	put16(&n, 4);
	for (; *text; text++)
		put16(&n, (uint16_t)*text);
	return n;
}

static void
whole_load_option(void **state)
{
	(void)state;
	for (uint16_t node = 4; node < 40; node++) { /* odd ones leave the text unaligned */
		size_t n = build_option(1, node, "\\vmlinux quiet");

		assert_int_equal(
		        efi_options_read((struct span){option, n}, "", &o, &why), REFUSAL_NONE);
		assert_true(o.was_load_option);
		assert_string_equal(o.kernel, "\\vmlinux");
		assert_string_equal(o.words, "quiet");
	}
	assert_int_equal(efi_options_read((struct span){option, build_option(0x1f0b, 9, "")},
	                         "", &o, &why),
	        REFUSAL_NONE);
	assert_true(o.was_load_option);
	assert_int_equal(o.ignored.code, REFUSAL_NONE);
}

/* Each part damaged: then it is no load option, but bytes. */
static void
damaged_load_option(void **state)
{
	size_t n = build_option(1, 8, "x"), path = 6 + 12;
	struct span data;
	static const struct {
		size_t off;
		uint8_t was, becomes;
	} rows[] = {{0, 1, 5}, {1, 0, 0x20}, {2, 0, 1}, {4, 12, 11}, {4, 12, 13}, {5, 0, 1},
	        {18 + 2, 8, 3}, {18 + 2, 8, 7}, {18 + 2, 8, 9}, {18 + 3, 0, 1},
	        {18 + 8, 0x7f, 4}, {18 + 9, 0xff, 1}, {18 + 10, 4, 3}, {18 + 10, 4, 6}};

	(void)state;
	assert_true(efi_load_option_read((struct span){option, n}, &data));
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(option[rows[i].off], rows[i].was);
		option[rows[i].off] = rows[i].becomes;
		assert_false(efi_load_option_read((struct span){option, n}, &data));
		option[rows[i].off] = rows[i].was;
	}
	for (size_t len = 0; len < path + 12; len++)
		assert_false(efi_load_option_read((struct span){option, len}, &data));
	assert_true(efi_load_option_read((struct span){option, path + 12}, &data));
	assert_int_equal(data.size, 0);
}

static void
limits(void **state)
{
	static char text[EFI_OPTIONS_ROOM + 8];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[EFI_OPTIONS_ROOM - 1] = 0;
	assert_int_equal(parse(text, ""), REFUSAL_NONE);
	assert_int_equal(strlen(o.words), EFI_OPTIONS_ROOM - 1);
	text[EFI_OPTIONS_ROOM - 1] = 'x';
	text[EFI_OPTIONS_ROOM] = 0;
	assert_int_equal(parse(text, ""), REFUSAL_CMDLINE_BUFFER);
	text[0] = 0;
	for (unsigned i = 0; i < EFI_OPTIONS_INITRDS; i++)
		strcat(text, "initrd=a ");
	assert_int_equal(parse(text, ""), REFUSAL_NONE);
	strcat(text, "initrd=b");
	assert_int_equal(parse(text, ""), REFUSAL_PLAN_TOO_MANY);
}

static void
code_points(void **state)
{
	static const char text[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
	static const uint16_t wanted[] = {'a', 0xe4, 0x20ac, 0xd83d, 0xde00, 0};
	uint16_t got[16];
	char back[16];

	(void)state;
	assert_true(utf16_from_8(text, got, 16));
	assert_memory_equal(got, wanted, sizeof(wanted));
	assert_true(utf8_from_16((struct span){(const uint8_t *)got, 12}, back, sizeof(text)));
	assert_string_equal(back, text);
	assert_false(
	        utf8_from_16((struct span){(const uint8_t *)got, 12}, back, sizeof(text) - 1));
	assert_true(utf16_from_8(text, got, 6)); /* five units and the NUL */
	assert_false(utf16_from_8(text, got, 5));
	assert_true(utf16_from_8("", got, 1));
	assert_false(utf16_from_8("", got, 0));
}

/* What is measured or handed on: exact, or refused; and as long as a line can be. */
static void
exact_or_refused(void **state)
{
	static const struct {
		const char *text;
		uint64_t where;
		uint8_t found;
	} bad[] = {{"a=\xff", 2, 0xff}, {"\x80", 0, 0x80}, {"\xc3", 0, 0xc3},
	        {"ab\xc0\x80", 2, 0xc0}, {"\xed\xa0\x80", 0, 0xed},
	        {"\xf4\x90\x80\x80", 0, 0xf4}, {"\xe2\x82x", 0, 0xe2}};
	static char line[16384];
	static uint16_t units[16384];

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		        utf16_exactly(bad[i].text, units, 16384, &why), REFUSAL_EFI_UTF8);
		assert_int_equal(why.where, bad[i].where);
		assert_int_equal(why.found, bad[i].found);
	}
	assert_int_equal(utf16_exactly("\xef\xbf\xbd", units, 2, &why), REFUSAL_NONE);
	assert_int_equal(units[0], 0xfffd);
	memset(line, 'x', sizeof(line) - 1);
	assert_int_equal(utf16_exactly(line, units, 16384, &why), REFUSAL_NONE);
	assert_int_equal(units[16382], 'x');
	assert_int_equal(units[16383], 0);
	assert_int_equal(utf16_exactly(line, units, 16383, &why), REFUSAL_CMDLINE_BUFFER);
	assert_int_equal(why.found, 16383);
	assert_int_equal(why.wanted, 16382);
}

static void
malformed_code_points(void **state)
{
	static const uint16_t lone[] = {0xd83d, 'x', 0xde00, 0};
	static const char *const bad[] = {"\xff", "\x80", "\xc0\x80", "\xed\xa0\x80"};
	uint16_t got[16];
	char out[16];

	(void)state;
	assert_true(utf8_from_16((struct span){(const uint8_t *)lone, 6}, out, sizeof(out)));
	assert_string_equal(out, "\xef\xbf\xbdx\xef\xbf\xbd");
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(utf16_from_8(bad[i], got, 16));
		assert_int_equal(got[0], 0xfffd);
	}
}

static void
profile(void **state)
{
	static const struct {
		const char *text;
		bool has;
		uint32_t number;
		const char *kernel, *words;
	} rows[] = {
	        {"@2 quiet", true, 2, NULL, "quiet"},
	        {"kshim.efi @0", true, 0, NULL, ""},
	        {"\\a.efi @9999 x", true, 9999, "\\a.efi", "x"},
	        {"\\a.efi @10000", false, 0, "\\a.efi", "@10000"},
	        {"\\a.efi x @1", false, 0, "\\a.efi", "x @1"},
	        {"@ @1", false, 0, NULL, "@ @1"},
	        {"@1 @2", true, 1, NULL, "@2"},
	        {"@1x", false, 0, NULL, "@1x"},
	        {"@1 \\a.efi", true, 1, NULL, "\\a.efi"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i].text, "\\kshim.efi"), REFUSAL_NONE);
		assert_int_equal(o.has_profile, rows[i].has);
		assert_int_equal(o.profile, rows[i].number);
		assert_string_equal(o.words, rows[i].words);
		if (rows[i].kernel)
			assert_string_equal(o.kernel, rows[i].kernel);
		else
			assert_null(o.kernel);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(kernel_initrds_words),
	        cmocka_unit_test(our_own_name_is_dropped),
	        cmocka_unit_test(options_only),
	        cmocka_unit_test(firmwares_initrd),
	        cmocka_unit_test(quotes_protect),
	        cmocka_unit_test(quotes_are_no_part_of_a_path),
	        cmocka_unit_test(volumes),
	        cmocka_unit_test(what_is_no_text),
	        cmocka_unit_test(text_ends_at_its_nul),
	        cmocka_unit_test(whole_load_option),
	        cmocka_unit_test(damaged_load_option),
	        cmocka_unit_test(profile),
	        cmocka_unit_test(limits),
	        cmocka_unit_test(code_points),
	        cmocka_unit_test(exact_or_refused),
	        cmocka_unit_test(malformed_code_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
