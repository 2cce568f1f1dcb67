/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot Loader Specification: entries whole and damaged, names, globs, versions, order. */
#include "unit.h"

#include <string.h>

#include "stub/input/bls.h"

static struct bls_entry e;
static struct refusal why;

static struct span
s(const char *text)
{
	return (struct span){(const uint8_t *)text, strlen(text)};
}

static void
assert_span(struct span got, const char *wanted)
{
	assert_int_equal(got.size, strlen(wanted));
	assert_memory_equal(got.base, wanted, got.size);
}

static enum refusal_code
parse(const char *text)
{
	memset(&e, 0, sizeof(e));
	return bls_entry_read(s(text), &e, &why);
}

static void
whole_entry(void **state)
{
	(void)state;
	assert_int_equal(parse("# made by a test\n"
	                       "title  Debian GNU/Linux\t\n"
	                       "version 6.1.0-50\r\n"
	                       "sort-key debian\n"
	                       "machine-id 0123\n"
	                       "linuxefi /not/this\n"
	                       "linux\t/6.1/vmlinuz\n"
	                       "initrd /6.1/ucode\n"
	                       "initrd /6.1/initrd.img\n"
	                       "options root=/dev/vda1\n"
	                       "\n"
	                       "options quiet  splash\n"
	                       "extra /a.cred\n"
	                       "architecture x64"),
	        REFUSAL_NONE);
	assert_span(e.title, "Debian GNU/Linux");
	assert_span(e.version, "6.1.0-50");
	assert_span(e.sort_key, "debian");
	assert_span(e.machine_id, "0123");
	assert_span(e.kernel, "/6.1/vmlinuz");
	assert_span(e.extra, "/a.cred");
	assert_false(e.has_profile);
	assert_int_equal(e.initrds, 2);
	assert_span(e.initrd[0], "/6.1/ucode");
	assert_span(e.initrd[1], "/6.1/initrd.img");
	assert_int_equal(e.options, 2);
	assert_span(e.option[1], "quiet  splash");
	assert_span(e.architecture, "x64");
}

/* `profile` belongs to `uki`, wherever it stands. */
static void
unified_images(void **state)
{
	(void)state;
	assert_int_equal(parse("profile 2\nuki /EFI/Linux/a.efi\nuki-x /no\n"), REFUSAL_NONE);
	assert_span(e.kernel, "/EFI/Linux/a.efi");
	assert_true(e.has_profile);
	assert_int_equal(e.profile, 2);
	assert_int_equal(parse("uki /a\nprofile 0\n"), REFUSAL_NONE);
	assert_true(e.has_profile);
	assert_int_equal(e.profile, 0);
	assert_int_equal(parse("uki /a\n"), REFUSAL_NONE);
	assert_false(e.has_profile);
	assert_int_equal(parse("efi /a\nprofile 1\n"), REFUSAL_NONE);
	assert_false(e.has_profile);
	assert_int_equal(parse("uki-url https://a/b.efi\n"), REFUSAL_NONE);
	assert_int_equal(e.kernel.size, 0);
	assert_int_equal(parse("uki /a\nprofile\n"), REFUSAL_BLS_ENTRY);
	assert_int_equal(why.where, 7);
	assert_int_equal(parse("uki /a\nprofile 1x\n"), REFUSAL_BLS_ENTRY);
	assert_int_equal(parse("uki /a\nprofile main\n"), REFUSAL_BLS_ENTRY);
	assert_int_equal(parse("uki /a\nlinux /b\n"), REFUSAL_BLS_ENTRY);
	assert_int_equal(parse("uki-url a\nuki /b\n"), REFUSAL_BLS_ENTRY);
	assert_int_equal(parse("uki\n"), REFUSAL_BLS_ENTRY);
}

static void
damaged_entries(void **state)
{
	static const char nul[] = "linux /a\0b\n";
	char many[1024] = "linux /a\n";

	(void)state;
	assert_int_equal(parse("title x\n"), REFUSAL_BLS_ENTRY);
	assert_int_equal(parse(""), REFUSAL_BLS_ENTRY);
	assert_int_equal(parse("linux\n"), REFUSAL_BLS_ENTRY);
	assert_int_equal(parse("linux /a\nlinux /b\n"), REFUSAL_BLS_ENTRY);
	assert_int_equal(why.where, 9);
	assert_int_equal(parse("linux /a\nefi /b\n"), REFUSAL_BLS_ENTRY);
	memset(&e, 0, sizeof(e));
	assert_int_equal(bls_entry_read((struct span){(const uint8_t *)nul, 11}, &e, &why),
	        REFUSAL_BLS_ENTRY);
	assert_int_equal(why.where, 8);
	for (unsigned i = 0; i < BLS_INITRDS; i++)
		strcat(many, "initrd /i\n");
	assert_int_equal(parse(many), REFUSAL_NONE);
	strcat(many, "initrd /i\n");
	assert_int_equal(parse(many), REFUSAL_BLS_ENTRY);
	strcpy(many, "linux /a\n");
	for (unsigned i = 0; i < BLS_OPTIONS; i++)
		strcat(many, "options o\n");
	assert_int_equal(parse(many), REFUSAL_NONE);
	strcat(many, "options o\n");
	assert_int_equal(parse(many), REFUSAL_BLS_ENTRY);
}

static void
assert_name(const char *name, const char *id, int counted, uint32_t left, uint32_t done)
{
	assert_true(bls_name(s(name), ".conf", &e));
	assert_span(e.id, id);
	assert_int_equal(e.counted, counted);
	assert_int_equal(e.left, left);
	assert_int_equal(e.done, done);
}

static void
names_and_counters(void **state)
{
	(void)state;
	assert_name("debian.conf", "debian", 0, 0, 0);
	assert_name("debian.CONF", "debian", 0, 0, 0);
	assert_name("debian+3.conf", "debian", 1, 3, 0);
	assert_name("debian+2-1.conf", "debian", 1, 2, 1);
	assert_name("a+b+0-5.conf", "a+b", 1, 0, 5);
	assert_name("a+1-.conf", "a+1-", 0, 0, 0);
	assert_name("a+.conf", "a+", 0, 0, 0);
	assert_name("a+x.conf", "a+x", 0, 0, 0);
	assert_name("a+99999999999.conf", "a", 1, UINT32_MAX, 0);
	assert_false(bls_name(s(".conf"), ".conf", &e));
	assert_false(bls_name(s("a.efi"), ".conf", &e));
	assert_false(bls_name(s("conf"), ".conf", &e));
}

static void
defaults(void **state)
{
	(void)state;
	assert_span(bls_default(s("timeout 3\n#default no\ndefault debian-*\n")), "debian-*");
	assert_span(bls_default(s("default-entry x\n")), "");
	assert_span(bls_os_release(s("NAME=x\nID=debian\nVERSION_ID=\"12\"\n"), "VERSION_ID"),
	        "12");
	assert_span(bls_os_release(s("ID=debian\nVERSION_ID='12"), "VERSION_ID"), "'12");
	assert_span(bls_os_release(s("VERSION_ID=12"), "ID"), "");
}

static void
globs(void **state)
{
	(void)state;
	assert_true(bls_match(s("debian*.conf"), s("Debian-6.1.conf")));
	assert_true(bls_match(s("*6.?.conf"), s("debian-6.1.conf")));
	assert_true(bls_match(s("[a-d]x"), s("bx")));
	assert_false(bls_match(s("[a-d]x"), s("ex")));
	assert_true(bls_match(s("[!a-d]x"), s("ex")));
	assert_true(bls_match(s("*a*b*"), s("xxaxxabx")));
	assert_true(bls_match(s("\\*x"), s("*x")));
	assert_false(bls_match(s("\\*x"), s("yx")));
	assert_false(bls_match(s("abc"), s("abcd")));
	assert_false(bls_match(s("abcd"), s("abc")));
	assert_false(bls_match(s(""), s("a")));
	assert_true(bls_match(s("***"), s("")));
	assert_false(bls_match(s("[abc"), s("x")));
	assert_true(bls_match(s("[^a-d]x"), s("ex")));
	assert_false(bls_match(s("[^a-d]x"), s("ax")));
	assert_true(bls_match(s("[a-]x"), s("-x")));
	assert_false(bls_match(s("[a-"), s("b")));
	assert_false(bls_match(s("a\\"), s("a")));
}

/* Ascending, mostly the examples that the specification itself gives. */
static void
versions(void **state)
{
	static const char *const sorted[] = {"~~", "~", "", "-", "1~rc1", "1", "1-2", "1^",
	        "1.2", "2", "10", "010.1", "11~alpha", "11", "122.1", "123~rc1-1", "123",
	        "123-a", "123-a.1", "123-3", "123-3.1", "123-3.10", "123.45", "124"};
	int n = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++) {
			int got = bls_version_compare(s(sorted[i]), s(sorted[j]));

			if ((got > 0) - (got < 0) != (i > j) - (i < j))
				fail_msg("%s against %s: %d", sorted[i], sorted[j], got);
		}
	}
	assert_int_equal(bls_version_compare(s("1.2"), s("1_.2")), 0);
	assert_true(bls_version_compare(s("A"), s("a")) < 0);
	assert_true(bls_version_compare(s("a"), s("1")) < 0);
	assert_true(bls_version_compare(s("0"), s("a")) > 0);
}

static struct bls_entry
entry(const char *name, const char *key, const char *version)
{
	struct bls_entry r;

	assert_true(bls_name(s(name), ".conf", &r));
	r.sort_key = s(key);
	r.version = s(version);
	return r;
}

static void
order(void **state)
{
	struct bls_entry a = entry("a.conf", "debian", "6.1");
	struct bls_entry b = entry("b.conf", "debian", "6.10");
	struct bls_entry other = entry("z.conf", "arch", "1");
	struct bls_entry bare = entry("debian-9.conf", "", "9");
	struct bls_entry bare_old = entry("debian-8.conf", "", "99");
	struct bls_entry spent = entry("a+0-3.conf", "arch", "99");

	(void)state;
	assert_true(bls_compare(&b, &a) < 0);
	assert_true(bls_compare(&other, &b) < 0);
	assert_true(bls_compare(&a, &bare) < 0);
	assert_true(bls_compare(&bare, &bare_old) < 0);
	assert_true(bls_compare(&bare_old, &spent) < 0);
	assert_int_equal(bls_compare(&a, &a), 0);
}

/* Entries of one name: the order must not depend on which pair is compared first. */
static void
order_of_counters(void **state)
{
	struct bls_entry known = entry("a.conf", "", ""), most = entry("a+2.conf", "", "");
	struct bls_entry least = entry("a+1-1.conf", "", "");

	(void)state;
	assert_true(bls_compare(&known, &most) < 0);
	assert_true(bls_compare(&most, &least) < 0);
	assert_true(bls_compare(&known, &least) < 0);
	assert_true(bls_compare(&least, &known) > 0);
	assert_int_equal(bls_compare(&known, &known), 0);
}

static void
suffixes(void **state)
{
	(void)state;
	assert_true(span_equals(bls_suffix(s("6.1+3-2.conf")), ".conf"));
	assert_true(span_equals(bls_suffix(s(".efi")), ".efi"));
	assert_true(span_equals(bls_suffix(s("none")), "none"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(whole_entry),
	        cmocka_unit_test(suffixes),
	        cmocka_unit_test(unified_images),
	        cmocka_unit_test(damaged_entries),
	        cmocka_unit_test(names_and_counters),
	        cmocka_unit_test(order_of_counters),
	        cmocka_unit_test(defaults),
	        cmocka_unit_test(globs),
	        cmocka_unit_test(versions),
	        cmocka_unit_test(order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
