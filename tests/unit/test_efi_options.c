/* SPDX-License-Identifier: BSD-2-Clause */
/* The load options: whose words are whose; and UTF-16 against UTF-8. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "efi/options.h"
#include "efi/utf.h"

static struct options o;
static struct refusal why;
static uint16_t wide[2 * OPTIONS_ROOM];

static enum refusal_code
parse(const char *text, const char *self)
{
	size_t n = 0;

	assert_true(utf16_from_8(text, wide, sizeof(wide) / 2));
	while (wide[n])
		n++;
	return options_read((struct span){(const uint8_t *)wide, 2 * n + 2}, self, &o, &why);
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
what_is_no_text(void **state)
{
	static const uint8_t binary[] = {1, 0, 2, 0};

	(void)state;
	assert_int_equal(options_read((struct span){binary, 4}, "", &o, &why), REFUSAL_NONE);
	assert_string_equal(o.words, "");
	assert_int_equal(options_read((struct span){(const uint8_t *)"a\0b", 3}, "", &o, &why),
	        REFUSAL_NONE);
	assert_string_equal(o.words, "");
	assert_int_equal(parse("a \x1b", ""), REFUSAL_EFI_OPTIONS);
	assert_int_equal(why.where, 2);
}

static void
limits(void **state)
{
	static char text[OPTIONS_ROOM + 8];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[OPTIONS_ROOM - 1] = 0;
	assert_int_equal(parse(text, ""), REFUSAL_NONE);
	assert_int_equal(strlen(o.words), OPTIONS_ROOM - 1);
	text[OPTIONS_ROOM - 1] = 'x';
	text[OPTIONS_ROOM] = 0;
	assert_int_equal(parse(text, ""), REFUSAL_CMDLINE_BUFFER);
	text[0] = 0;
	for (unsigned i = 0; i < OPTIONS_INITRDS; i++)
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
	assert_true(utf8_from_16(got, 5, back, sizeof(text)));
	assert_string_equal(back, text);
	assert_false(utf8_from_16(got, 5, back, sizeof(text) - 1));
}

static void
malformed_code_points(void **state)
{
	static const uint16_t lone[] = {0xd83d, 'x', 0xde00, 0};
	static const char *const bad[] = {"\xff", "\x80", "\xc0\x80", "\xed\xa0\x80"};
	uint16_t got[16];
	char out[16];

	(void)state;
	assert_true(utf8_from_16(lone, 3, out, sizeof(out)));
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
	        cmocka_unit_test(what_is_no_text),
	        cmocka_unit_test(profile),
	        cmocka_unit_test(limits),
	        cmocka_unit_test(code_points),
	        cmocka_unit_test(malformed_code_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
