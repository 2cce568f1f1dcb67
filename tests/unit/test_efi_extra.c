/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies beside a unified kernel image: its folder, its names; the archives for the initrd.
 */
#include "unit.h"

#include <string.h>

#include "stub/base/text.h"
#include "stub/input/efi_extra.h"
#include "stub/input/newc_write.h"

static void
assert_folder(const char *self, const char *folder)
{
	char buf[64];

	assert_true(efi_extra_folder(self, buf, sizeof(buf)));
	assert_string_equal(buf, folder);
}

static void
folders(void **state)
{
	char buf[16];

	(void)state;
	assert_folder("\\EFI\\Linux\\a.efi", "\\EFI\\Linux\\a.efi.extra.d");
	assert_folder("\\EFI\\Linux\\a+3.efi", "\\EFI\\Linux\\a.efi.extra.d");
	assert_folder("\\EFI\\Linux\\a+0-12.efi", "\\EFI\\Linux\\a.efi.extra.d");
	assert_folder("/x/a+3", "/x/a.extra.d");
	/* No counters. */
	assert_folder("\\b+3.d\\a.efi", "\\b+3.d\\a.efi.extra.d");
	assert_folder("\\a+.efi", "\\a+.efi.extra.d");
	assert_folder("\\a+3-.efi", "\\a+3-.efi.extra.d");
	assert_folder("\\a+3x.efi", "\\a+3x.efi.extra.d");
	assert_folder("\\a+3+4.efi", "\\a+3.efi.extra.d");
	assert_false(efi_extra_folder("", buf, sizeof(buf)));
	assert_false(efi_extra_folder("\\a\\", buf, sizeof(buf)));
	assert_true(efi_extra_folder("\\abc.ef", buf, sizeof(buf)));
	assert_int_equal(strlen(buf), sizeof(buf) - 1);
	assert_false(efi_extra_folder("\\abc.efi", buf, sizeof(buf)));
}

/* Is it one of those that are looked for? */
static bool
is_name(const char *name, const char *suffix, const char *but)
{
	uint16_t wide[300];
	char copy[EFI_EXTRA_NAME];
	size_t len = strlen(name);
	bool is;

	for (size_t i = 0; i <= len; i++)
		wide[i] = (uint8_t)name[i];
	is = efi_extra_name(wide, len + 1, suffix, but, copy);
	if (is)
		assert_string_equal(copy, name);
	assert_false(efi_extra_name(wide, len, suffix, but, copy)); /* without its NUL */
	return is;
}

static void
names(void **state)
{
	char longest[EFI_EXTRA_NAME + 1];

	(void)state;
	assert_true(is_name("a.cred", ".cred", NULL));
	assert_true(is_name("A.CRED", ".cred", NULL));
	assert_false(is_name(".a.cred", ".cred", NULL));
	assert_false(is_name(".cred", ".cred", NULL));
	assert_false(is_name("cred", ".cred", NULL));
	assert_false(is_name("a.cred.old", ".cred", NULL));
	assert_false(is_name("\x84.cred", ".cred", NULL));
	assert_true(is_name("a.raw", ".raw", ".confext.raw"));
	assert_false(is_name("a.ConfExt.raw", ".raw", ".confext.raw"));
	memset(longest, 'x', sizeof(longest));
	strcpy(longest + EFI_EXTRA_NAME - 5, ".raw");
	assert_true(is_name(longest, ".raw", NULL));
	strcpy(longest + EFI_EXTRA_NAME - 4, ".raw");
	assert_false(is_name(longest, ".raw", NULL));
}

static void
order(void **state)
{
	char list[5][EFI_EXTRA_NAME] = {"b", "a1", "B", "a", "a10"};

	(void)state;
	efi_extra_sort(list, 0);
	efi_extra_sort(list, 5);
	assert_string_equal(list[0], "B");
	assert_string_equal(list[1], "a");
	assert_string_equal(list[2], "a1");
	assert_string_equal(list[3], "a10");
	assert_string_equal(list[4], "b");
}

static void
write_sample(struct newc *a)
{
	newc_folder(a, ".extra/x", 0500);
	assert_true(newc_file(
	        a, ".extra/x", "a.cred", 0400, (struct span){(const uint8_t *)"hello", 5}));
	newc_end(a);
}

/* What cpio(1) makes of it is compared by tests/efi; here, every byte. */
static void
archives(void **state)
{
	static const char wanted[] = "070701"
	                             "00000001"
	                             "0000416d"
	                             "00000000"
	                             "00000000"
	                             "00000001"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000007"
	                             "00000000"
	                             ".extra\0\0\0\0"
	                             "070701"
	                             "00000002"
	                             "00004140"
	                             "00000000"
	                             "00000000"
	                             "00000001"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000009"
	                             "00000000"
	                             ".extra/x\0\0"
	                             "070701"
	                             "00000003"
	                             "00008100"
	                             "00000000"
	                             "00000000"
	                             "00000001"
	                             "00000000"
	                             "00000005"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000010"
	                             "00000000"
	                             ".extra/x/a.cred\0\0\0"
	                             "hello\0\0\0"
	                             "070701"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000001"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "00000000"
	                             "0000000B"
	                             "00000000"
	                             "TRAILER!!!\0\0\0";
	uint8_t buf[sizeof(wanted) + 8];
	struct newc count = {.base = NULL}, a = {.base = buf, .room = sizeof(buf)};

	(void)state;
	write_sample(&count);
	assert_int_equal(count.len, sizeof(wanted));
	write_sample(&a);
	assert_int_equal(a.len, sizeof(wanted));
	assert_memory_equal(buf, wanted, sizeof(wanted));
}

static void
too_large(void **state)
{
	struct newc a = {.base = NULL};

	(void)state;
	assert_false(newc_file(&a, "x", "y", 0400, (struct span){NULL, (uint64_t)1 << 32}));
	assert_int_equal(a.len, 0);
	assert_true(newc_file(&a, "x", "y", 0400, (struct span){NULL, UINT32_MAX}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(folders),
	        cmocka_unit_test(names),
	        cmocka_unit_test(order),
	        cmocka_unit_test(archives),
	        cmocka_unit_test(too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
