/* SPDX-License-Identifier: BSD-2-Clause */
/* The PE reader: a valid image of two sections, one field damaged at a time. */
#include "unit.h"

#include <string.h>

#include "stub/input/pe.h"

#define AT    0x80 /* of the PE header */
#define OPT   (AT + 24)
#define TABLE (OPT + 240)

static uint8_t image[4096];
static struct pe pe;
static struct refusal why;
static bool found;

static void
put(uint64_t off, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		image[off + i] = (uint8_t)(v >> (8 * i));
}

static void
section(unsigned i, const char *name, uint32_t mem, uint32_t addr, uint32_t raw, uint32_t off)
{
	memset(image + TABLE + i * 40, 0, 40);
	memcpy(image + TABLE + i * 40, name, strlen(name));
	put(TABLE + i * 40 + 8, mem, 4);
	put(TABLE + i * 40 + 12, addr, 4);
	put(TABLE + i * 40 + 16, raw, 4);
	put(TABLE + i * 40 + 20, off, 4);
}

static int
setup(void **state)
{
	(void)state;
	memset(image, 0, sizeof(image));
	memcpy(image, "MZ", 2);
	put(0x3c, AT, 4);
	memcpy(image + AT, "PE\0\0", 4);
	put(AT + 4, 0x8664, 2);
	put(AT + 6, 2, 2);
	put(AT + 20, 240, 2);
	put(OPT, 0x20b, 2);
	put(OPT + 56, 0x9000, 4);
	put(OPT + 68, 10, 2);
	section(0, ".linux", 0x123, 0x4000, 0x200, 0x600);
	section(1, ".cmdline", 0x10, 0x8000, 0x200, 0x800);
	return 0;
}

/* Sections of two bytes each, named by `names`, at addresses that count from 1 MiB. */
static void
image_of_names(const char *const *names, unsigned count)
{
	memset(image + TABLE, 0, sizeof(image) - TABLE);
	put(AT + 6, count, 2);
	for (unsigned i = 0; i < count; i++)
		section(i, names[i], 2, 0x100000 + i, 2, 0xe00 + 2 * i);
}

static enum refusal_code
parse(uint64_t size)
{
	return pe_read((struct span){image, size}, &found, &pe, &why);
}

static void
valid(void **state)
{
	(void)state;
	assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
	assert_true(found);
	assert_int_equal(pe.machine, 0x8664);
	assert_int_equal(pe.subsystem, 10);
	assert_int_equal(pe.image_size, 0x9000);
	assert_int_equal(pe.sections, 2);
	assert_int_equal(pe_find(&pe, ".linux")->len, 0x123);
	assert_int_equal(pe_find(&pe, ".linux")->off, 0x600);
	assert_int_equal(pe_find(&pe, ".cmdline")->addr, 0x8000); /* a name of eight bytes */
	assert_null(pe_find(&pe, ".linu"));
	assert_null(pe_find(&pe, ".linux2"));
}

static void
contents(void **state)
{
	struct span whole = {image, sizeof(image)}, cut = {image, 0x600 + 0x122};

	(void)state;
	assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
	assert_ptr_equal(pe_content(&pe, ".linux", whole, false).base, image + 0x600);
	assert_int_equal(pe_content(&pe, ".linux", whole, false).size, 0x123);
	assert_int_equal(pe_content(&pe, ".linux", cut, false).size, 0);
	assert_int_equal(
	        pe_content(&pe, ".cmdline", whole, true).size, 0); /* 0x8000 is not there */
	assert_int_equal(pe_content(&pe, ".none", whole, false).size, 0);
}

/* PE32: its image base has four bytes, so that the data directories start 16 bytes earlier. */
static void
valid_32(void **state)
{
	(void)state;
	put(OPT, 0x10b, 2);
	put(OPT + 44, 3, 2);
	put(OPT + 92, 16, 4);
	put(OPT + 96 + 4 * 8, 0x600, 4);
	put(OPT + 96 + 4 * 8 + 4, 0x700, 4);
	put(0x38, 0x818223cd, 4);
	assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
	assert_true(found);
	assert_true(pe.linux_magic);
	assert_int_equal(pe.image_major, 3);
	assert_int_equal(pe.image_size, 0x9000);
	assert_int_equal(pe.signature_off, 0x600);
	assert_int_equal(pe.signature_len, 0x700);
	assert_int_equal(pe_find(&pe, ".cmdline")->addr, 0x8000);
	put(OPT + 92, 4, 4); /* directories before that of the certificates */
	assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
	assert_int_equal(pe.signature_len, 0);
}

static void
no_pe(void **state)
{
	static const uint64_t at[] = {0, AT, OPT};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		setup(NULL);
		image[at[i]] ^= 0xff;
		assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
		assert_false(found);
	}
	setup(NULL);
	assert_int_equal(parse(AT + 23), REFUSAL_NONE);
	assert_false(found);
	assert_int_equal(parse(TABLE - 1), REFUSAL_NONE);
	assert_false(found);
	put(0x3c, 0xffffffff, 4);
	assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
	assert_false(found);
}

static void
table_past_the_end(void **state)
{
	(void)state;
	assert_int_equal(parse(TABLE + 80), REFUSAL_NONE);
	assert_int_equal(parse(TABLE + 79), REFUSAL_PE_HEADER);
	assert_int_equal(why.where, TABLE);
	assert_int_equal(why.wanted, TABLE + 80);
}

static void
too_many_sections(void **state)
{
	static uint8_t big[TABLE + (PE_SECTIONS + 1) * 40];

	(void)state;
	memcpy(big, image, TABLE);
	big[AT + 6] = PE_SECTIONS;
	assert_int_equal(
	        pe_read((struct span){big, sizeof(big)}, &found, &pe, &why), REFUSAL_NONE);
	assert_int_equal(pe.sections, 0); /* all of them empty */
	big[AT + 6] = PE_SECTIONS + 1;
	assert_int_equal(
	        pe_read((struct span){big, sizeof(big)}, &found, &pe, &why), REFUSAL_PE_HEADER);
	assert_int_equal(why.found, PE_SECTIONS + 1);
}

static void
content_is_the_shorter_length(void **state)
{
	(void)state;
	section(0, ".a", 0x300, 0x4000, 0x200, 0x600);
	section(1, ".b", 0, 0x8000, 0x200, 0x600); /* old linkers leave it 0 */
	assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
	assert_int_equal(pe_find(&pe, ".a")->len, 0x200);
	assert_int_equal(pe_find(&pe, ".b")->len, 0x200);
}

static uint64_t
addr_of(const char *name)
{
	const struct pe_section *s = pe_find(&pe, name);

	return s ? s->addr : 0;
}

static void
profiles(void **state)
{
	static const char *const names[] = {".linux", ".cmdline", ".profile", ".cmdline",
	        ".profile", ".initrd", ".profile"};
	/* For each profile: where it finds .linux, .cmdline, .profile, .initrd. */
	static const uint64_t wanted[3][4] = {{0x100000, 0x100003, 0x100002, 0},
	        {0x100000, 0x100001, 0x100004, 0x100005}, {0x100000, 0x100001, 0x100006, 0}};

	(void)state;
	for (uint32_t n = 0; n < 3; n++) {
		image_of_names(names, 7);
		assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
		assert_int_equal(pe_profiles(&pe), 3);
		assert_true(pe_take_profile(&pe, n));
		assert_int_equal(addr_of(".linux"), wanted[n][0]);
		assert_int_equal(addr_of(".cmdline"), wanted[n][1]);
		assert_int_equal(addr_of(".profile"), wanted[n][2]);
		assert_int_equal(addr_of(".initrd"), wanted[n][3]);
	}
	assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
	assert_false(pe_take_profile(&pe, 3));
	assert_int_equal(pe.sections, 7);
}

static void
no_profiles(void **state)
{
	(void)state;
	assert_int_equal(parse(sizeof(image)), REFUSAL_NONE);
	assert_int_equal(pe_profiles(&pe), 1);
	assert_false(pe_take_profile(&pe, 1));
	assert_true(pe_take_profile(&pe, 0));
	assert_int_equal(pe.sections, 2);
	assert_int_equal(addr_of(".cmdline"), 0x8000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(valid, setup),
	        cmocka_unit_test_setup(contents, setup),
	        cmocka_unit_test_setup(valid_32, setup),
	        cmocka_unit_test_setup(no_pe, setup),
	        cmocka_unit_test_setup(table_past_the_end, setup),
	        cmocka_unit_test_setup(too_many_sections, setup),
	        cmocka_unit_test_setup(profiles, setup),
	        cmocka_unit_test_setup(no_profiles, setup),
	        cmocka_unit_test_setup(content_is_the_shorter_length, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
