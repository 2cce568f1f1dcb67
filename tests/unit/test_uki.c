/* SPDX-License-Identifier: BSD-2-Clause */
/* Unified kernel images: parts, profiles by number and ID, what is none; read as a stream. */
#include "unit.h"

#include <string.h>

#include "pe_image.h"
#include "stream.h"
#include "stub/input/uki.h"

static struct uki uki;
static struct refusal why;
static bool found;

/* As ukify makes it: what all profiles have, then two profiles. */
static const struct pe_image_row rows[] = {
        {".osrel", "ID=debian\n"},
        {".cmdline", "of all"},
        {".ucode", "ucode"},
        {".initrd", "initrd"},
        {".linux", "kernel"},
        {".profile", "ID=first\nTITLE=x\n"},
        {".profile", "TITLE=y\nID='second one'\n"},
        {".cmdline", "of the second"},
        {".linux", "its own"},
};

static int
setup(void **state)
{
	(void)state;
	pe_image_make(0x8664, rows, 9);
	return 0;
}

/* By a stream that has nothing but what was asked for. */
static enum refusal_code
look(void)
{
	struct stream s;
	enum refusal_code code;

	stream_open(&s, pe_image, pe_image_len);
	while ((code = uki_look(&s.im, &found, &why)) == REFUSAL_NEED)
		stream_load(&s, &why);
	stream_close(&s);
	return code;
}

static enum refusal_code
read_profile(const char *profile)
{
	struct stream s;
	enum refusal_code code;

	stream_open(&s, pe_image, pe_image_len);
	while ((code = uki_read(&s.im, profile, &uki, &why)) == REFUSAL_NEED)
		stream_load(&s, &why);
	stream_close(&s);
	return code;
}

static void
assert_part(struct uki_part part, const char *text)
{
	assert_int_equal(part.len, strlen(text));
	assert_memory_equal(pe_image + part.off, text, part.len);
}

static void
first_profile_has_what_all_have(void **state)
{
	static const char *const names[] = {"", "@0", "first"};

	(void)state;
	assert_int_equal(look(), REFUSAL_NONE);
	assert_true(found);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(read_profile(names[i]), REFUSAL_NONE);
		assert_part(uki.kernel, "kernel");
		assert_part(uki.cmdline, "of all");
		assert_part(uki.ucode, "ucode");
		assert_part(uki.initrd, "initrd");
	}
}

static void
profile_has_its_own_first(void **state)
{
	static const char *const names[] = {"@1", "second one"};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(read_profile(names[i]), REFUSAL_NONE);
		assert_part(uki.kernel, "its own");
		assert_part(uki.cmdline, "of the second");
		assert_part(uki.initrd, "initrd");
	}
}

static void
profiles_that_are_not_there(void **state)
{
	(void)state;
	assert_int_equal(read_profile("@2"), REFUSAL_EFI_PROFILE);
	assert_int_equal(why.found, 2);
	assert_int_equal(why.wanted, 2);
	assert_int_equal(read_profile("third"), REFUSAL_UKI_PROFILE);
	assert_string_equal(why.detail, "third");
	assert_int_equal(read_profile("@12345"), REFUSAL_UKI_PROFILE);
	assert_int_equal(read_profile("@"), REFUSAL_UKI_PROFILE);
	pe_image_make(0x8664, rows, 5);
	assert_int_equal(read_profile("@0"), REFUSAL_NONE);
	assert_int_equal(read_profile("@1"), REFUSAL_EFI_PROFILE);
	assert_int_equal(why.wanted, 1);
	assert_int_equal(read_profile("first"), REFUSAL_UKI_PROFILE);
}

static void
parts_may_be_absent(void **state)
{
	static const struct pe_image_row alone[] = {{".linux", "kernel"}};

	(void)state;
	pe_image_make(0x5064, alone, 1);
	assert_int_equal(look(), REFUSAL_NONE);
	assert_true(found);
	assert_int_equal(read_profile(""), REFUSAL_NONE);
	assert_part(uki.kernel, "kernel");
	assert_int_equal(uki.cmdline.len | uki.ucode.len | uki.initrd.len, 0);
}

static void
what_is_none(void **state)
{
	static const struct pe_image_row addon[] = {{".cmdline", "words"}, {".linux", ""}};

	(void)state;
	pe_image_make(0x8664, addon, 2);
	assert_int_equal(look(), REFUSAL_NONE);
	assert_false(found);
	pe_image_make(0xaa64, rows, 5);
	assert_int_equal(look(), REFUSAL_NONE);
	assert_false(found);
	pe_image[0] = 'X';
	assert_int_equal(look(), REFUSAL_NONE);
	assert_false(found);
	pe_image_len = 10;
	assert_int_equal(look(), REFUSAL_NONE);
	assert_false(found);
}

static void
parts_past_the_end(void **state)
{
	(void)state;
	pe_image_make(0x8664, rows, 5);
	pe_image_len--; /* .linux is the last part */
	assert_int_equal(read_profile(""), REFUSAL_PE_HEADER);
	assert_string_equal(why.detail, ".linux");
	assert_int_equal(why.found, pe_image_len);
	assert_int_equal(why.wanted, pe_image_len + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(first_profile_has_what_all_have, setup),
	        cmocka_unit_test_setup(profile_has_its_own_first, setup),
	        cmocka_unit_test_setup(profiles_that_are_not_there, setup),
	        cmocka_unit_test_setup(parts_may_be_absent, setup),
	        cmocka_unit_test_setup(what_is_none, setup),
	        cmocka_unit_test_setup(parts_past_the_end, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
