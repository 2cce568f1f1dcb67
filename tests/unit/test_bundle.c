/* SPDX-License-Identifier: BSD-2-Clause */
/* Bundles: what a reader finds, what is no bundle, what is a broken one. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/stream.h"

#define REGULAR 0100644

static uint8_t file[256 * 1024];
static size_t size;
static struct bundle bundle;
static struct refusal why;
static bool found;

static void
pad(size_t to)
{
	while (size % to)
		file[size++] = 0;
}

/* Append a member whose header says what is given; the offset of its header. */
static size_t
member_raw(const char *name, unsigned name_len, unsigned mode, unsigned links, const char *data,
        unsigned len)
{
	size_t at = size;
	const unsigned field[13] = {1, mode, 0, 0, links, 0, len, 0, 0, 0, 0, name_len, 0};
	char text[128];
	int n = snprintf(text, sizeof(text), "070701");

	for (int i = 0; i < 13; i++)
		n += snprintf(text + n, sizeof(text) - n, i % 2 ? "%08x" : "%08X", field[i]);
	memcpy(file + size, text, n);
	memset(file + size + n, 0, name_len);
	memcpy(file + size + n, name, strlen(name));
	size += n + name_len;
	pad(4);
	memcpy(file + size, data, len);
	size += len;
	pad(4);
	return at;
}

static size_t
member(const char *name, const char *data)
{
	return member_raw(
	        name, (unsigned)strlen(name) + 1, REGULAR, 1, data, (unsigned)strlen(data));
}

static size_t
trailer(void)
{
	return member_raw("TRAILER!!!", 11, 0, 1, "", 0);
}

/* kernel "KERNEL", command line "quiet\n", initrd "INITRD". */
static void
valid(void)
{
	size = 0;
	member("kshim/kernel", "KERNEL");
	member("kshim/cmdline", "quiet\n");
	trailer();
	pad(4096);
	memcpy(file + size, "INITRD", 6);
	size += 6;
}

/* Read it whole and as a stream: both must say the same. */
static enum refusal_code
bundle_of(size_t len)
{
	uint8_t *block = malloc(len ? len : 1);
	struct image im = image_of((struct span){block, len});
	struct bundle streamed;
	struct refusal stream_why;
	bool stream_found = false;
	enum refusal_code code;

	memcpy(block, file, len);
	memset(&bundle, 0xa5, sizeof(bundle));
	memset(&streamed, 0xa5, sizeof(streamed));
	found = false;
	code = bundle_read(&im, &found, &bundle, &why);
	free(block);
	assert_int_equal(
	        stream_bundle(file, len, &stream_found, &streamed, &stream_why, NULL), code);
	assert_int_equal(found, stream_found);
	assert_memory_equal(&bundle, &streamed, sizeof(bundle));
	if (code) {
		assert_int_equal(why.code, code);
		assert_int_equal(why.where, stream_why.where);
	}
	return code;
}

static void
assert_no_bundle(size_t len)
{
	assert_int_equal(bundle_of(len), REFUSAL_NONE);
	assert_false(found);
	assert_int_equal(*(uint8_t *)&bundle, 0xa5); /* nothing written */
}

static void
assert_refused(enum refusal_code code, size_t where)
{
	assert_int_equal(bundle_of(size), code);
	assert_int_equal(why.where, where);
}

static void
assert_part(uint64_t off, uint64_t len, const char *text)
{
	assert_true(found);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(file + off, text, len);
}

static void
all_three(void **state)
{
	(void)state;
	valid();
	assert_int_equal(bundle_of(size), REFUSAL_NONE);
	assert_part(bundle.kernel_off, bundle.kernel_len, "KERNEL");
	assert_part(bundle.cmdline_off, bundle.cmdline_len, "quiet\n");
	assert_part(bundle.initrd_off, bundle.initrd_len, "INITRD");
}

static void
kernel_alone(void **state)
{
	(void)state;
	size = 0;
	member("kshim/kernel", "KERNEL");
	trailer();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(bundle_of(size), REFUSAL_NONE);
		assert_part(bundle.kernel_off, bundle.kernel_len, "KERNEL");
		assert_int_equal(bundle.cmdline_off, 0);
		assert_int_equal(bundle.cmdline_len, 0);
		assert_int_equal(bundle.initrd_off, 0);
		assert_int_equal(bundle.initrd_len, 0);
		pad(512); /* as GNU cpio does */
	}
}

static void
in_any_order_among_others(void **state)
{
	(void)state;
	size = 0;
	member_raw("kshim", 6, 040755, 2, "", 0);
	member("kshim/cmdline", "a");
	member("etc/kshim/kernel", "WRONG");
	member_raw("lib", 4, 0120777, 1, "usr/lib", 7);
	member("kshim/kernels", "WRONG");
	member("kshim/kernel", "KERNEL");
	trailer();
	assert_int_equal(bundle_of(size), REFUSAL_NONE);
	assert_part(bundle.kernel_off, bundle.kernel_len, "KERNEL");
	assert_part(bundle.cmdline_off, bundle.cmdline_len, "a");
}

/* Our writer's form: the name padded with NULs up to the page on which the kernel starts. */
static void
name_padded_to_a_page(void **state)
{
	(void)state;
	size = 0;
	member_raw("kshim/kernel", 4096 - 110, REGULAR, 1, "KERNEL", 6);
	trailer();
	assert_int_equal(bundle_of(size), REFUSAL_NONE);
	assert_int_equal(bundle.kernel_off, 4096);
}

static void
stream_loads_no_kernel(void **state)
{
	uint64_t loaded;

	(void)state;
	size = 0;
	memset(file + 4096, 'K', 100 * 1024);
	member_raw("kshim/kernel", 4096 - 110, REGULAR, 1, (char *)file + 4096, 100 * 1024);
	member("kshim/cmdline", "quiet\n");
	trailer();
	pad(4096);
	memset(file + size, 'I', 100 * 1024);
	size += 100 * 1024;
	assert_int_equal(stream_bundle(file, size, &found, &bundle, &why, &loaded), 0);
	assert_true(found);
	assert_int_equal(bundle.initrd_off % 4096, 0);
	assert_int_equal(loaded, 3 * 4096);
}

static void
name_lengths(void **state)
{
	static const unsigned lens[] = {13, 14, 15, 16, 4095, 4096};

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		size = 0;
		member_raw("kshim/kernel", lens[i], REGULAR, 1, "KERNEL", 6);
		trailer();
		assert_int_equal(bundle_of(size), REFUSAL_NONE);
		assert_part(bundle.kernel_off, bundle.kernel_len, "KERNEL");
	}
	size = 0;
	member_raw("kshim/kernel", 12, REGULAR, 1, "KERNEL", 6); /* no NUL */
	trailer();
	assert_int_equal(bundle_of(size), REFUSAL_NONE);
	assert_true(found);
}

static void
bad_name_length(void **state)
{
	size_t at;

	(void)state;
	size = 0;
	member("kshim/kernel", "KERNEL");
	at = member_raw("x", 4097, REGULAR, 1, "", 0);
	trailer();
	assert_refused(REFUSAL_BUNDLE_NAME, at);
	assert_int_equal(why.found, 4097);
	assert_int_equal(why.wanted, 4096);
	memcpy(file + at + 94, "00000000", 8);
	assert_refused(REFUSAL_BUNDLE_NAME, at);
}

static void
bad_digit(void **state)
{
	static const char bad[] = {'g', 'G', '/', ':', '@', '`', ' ', '\0', 'x', (char)0xb1};
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(bad); i++) {
		size = 0;
		member("kshim/kernel", "KERNEL");
		at = size + 6 + 6 * 8 + 3;
		member("kshim/cmdline", "quiet");
		trailer();
		file[at] = (uint8_t)bad[i];
		assert_refused(REFUSAL_BUNDLE_DIGIT, at);
		assert_string_equal(why.detail, "c_filesize");
		assert_int_equal(why.found, (uint8_t)bad[i]);
	}
}

static void
bad_magic(void **state)
{
	size_t at;

	(void)state;
	size = 0;
	member("kshim/kernel", "KERNEL");
	at = trailer();
	file[at + 5] = '7';
	assert_refused(REFUSAL_BUNDLE_MAGIC, at);
	assert_true(why.found == 0x303730373037);
}

static void
second_of_a_kind(void **state)
{
	size_t at;

	(void)state;
	size = 0;
	member("kshim/kernel", "KERNEL");
	at = member("kshim/kernel", "KERNEL");
	trailer();
	assert_refused(REFUSAL_BUNDLE_DUPLICATE, at);
	assert_string_equal(why.detail, "kshim/kernel");
	size = 0;
	member("kshim/cmdline", "");
	at = member("kshim/cmdline", "");
	member("kshim/kernel", "KERNEL");
	trailer();
	assert_refused(REFUSAL_BUNDLE_DUPLICATE, at);
	assert_string_equal(why.detail, "kshim/cmdline");
}

static void
links_and_odd_files(void **state)
{
	static const unsigned modes[] = {0120777, 040755, 020644, 060644, 010644, 0140644, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		size = 0;
		member_raw("kshim/kernel", 13, modes[i], 1, "KERNEL", 6);
		trailer();
		assert_refused(REFUSAL_BUNDLE_LINK, 0);
		assert_int_equal(why.found, modes[i]);
	}
	for (unsigned links = 0; links <= 2; links++) {
		size = 0;
		member_raw("kshim/kernel", 13, REGULAR, links, "KERNEL", 6);
		trailer();
		assert_int_equal(
		        bundle_of(size), links > 1 ? REFUSAL_BUNDLE_LINK : REFUSAL_NONE);
	}
}

/* Cut anywhere: no bundle before the kernel's name is there, whole after the trailer. */
static void
cut_short(void **state)
{
	size_t whole;

	(void)state;
	size = 0;
	member("kshim/kernel", "KERNEL");
	member("kshim/cmdline", "quiet\n");
	trailer();
	whole = size;
	while (file[whole - 1] == 0)
		whole--;
	whole++; /* the NUL of the trailer's name */
	for (size_t len = 0; len < whole; len++) {
		if (len < 110 + 13) {
			assert_no_bundle(len);
			continue;
		}
		assert_int_equal(bundle_of(len), REFUSAL_BUNDLE_TRUNCATED);
		assert_int_equal(why.found, len);
		assert_true(why.wanted > len);
		assert_non_null(why.detail);
	}
	assert_int_equal(bundle_of(whole), REFUSAL_NONE);
	assert_true(found);
}

static void
huge_file_size(void **state)
{
	(void)state;
	size = 0;
	member("kshim/kernel", "KERNEL");
	trailer();
	memcpy(file + 54, "FFFFFFFF", 8);
	assert_refused(REFUSAL_BUNDLE_TRUNCATED, 124);
	assert_string_equal(why.detail, "kshim/kernel");
	assert_true(why.wanted == 124 + 0xffffffffull);
}

static void
plain_initramfs(void **state)
{
	(void)state;
	size = 0;
	member("init", "#!/bin/sh\n");
	trailer();
	assert_no_bundle(size);
	size = 0;
	member("init", "#!/bin/sh\n");
	assert_no_bundle(size); /* broken, but not ours to say */
	size = 0;
	member("kshim/cmdline", "quiet");
	trailer();
	assert_no_bundle(size); /* without a kernel it is none */
}

static void
kernel_after_the_trailer_is_the_initrds(void **state)
{
	(void)state;
	size = 0;
	member("init", "");
	trailer();
	member("kshim/kernel", "KERNEL");
	trailer();
	assert_no_bundle(size);
}

static void
other_files(void **state)
{
	(void)state;
	memset(file, 0, 4096);
	assert_no_bundle(0);
	assert_no_bundle(1);
	assert_no_bundle(4096);
	valid();
	file[5] = '2'; /* 070702: with checksums, not ours */
	assert_no_bundle(size);
}

static void
empty_members(void **state)
{
	(void)state;
	size = 0;
	member("kshim/kernel", "");
	member("kshim/cmdline", "");
	trailer();
	assert_int_equal(bundle_of(size), REFUSAL_NONE);
	assert_true(found);
	assert_int_equal(bundle.kernel_len, 0);
}

static void
many_members_outgrow_the_windows(void **state)
{
	static char data[6000];

	(void)state;
	size = 0;
	memset(data, 'x', sizeof(data));
	for (int i = 0; i < 30; i++)
		member_raw("x", 2, REGULAR, 1, data, sizeof(data));
	member("kshim/kernel", "KERNEL");
	trailer();
	assert_int_equal(bundle_of(size), REFUSAL_NONE);
	assert_part(bundle.kernel_off, bundle.kernel_len, "KERNEL");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_three),
	        cmocka_unit_test(kernel_alone),
	        cmocka_unit_test(in_any_order_among_others),
	        cmocka_unit_test(name_padded_to_a_page),
	        cmocka_unit_test(stream_loads_no_kernel),
	        cmocka_unit_test(name_lengths),
	        cmocka_unit_test(bad_name_length),
	        cmocka_unit_test(bad_digit),
	        cmocka_unit_test(bad_magic),
	        cmocka_unit_test(second_of_a_kind),
	        cmocka_unit_test(links_and_odd_files),
	        cmocka_unit_test(cut_short),
	        cmocka_unit_test(huge_file_size),
	        cmocka_unit_test(plain_initramfs),
	        cmocka_unit_test(kernel_after_the_trailer_is_the_initrds),
	        cmocka_unit_test(other_files),
	        cmocka_unit_test(empty_members),
	        cmocka_unit_test(many_members_outgrow_the_windows),
	};

	return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
