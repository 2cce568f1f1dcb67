/* SPDX-License-Identifier: BSD-2-Clause */
/* SMBIOS structures: a string for the machine's owner, behind others, and each way to cut them
 * short. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "stub/input/smbios.h"

#define PREFIX "io.systemd.stub.kernel-cmdline-extra="

/* A BIOS with two strings, a processor without any, the owner's strings, the end. */
static const char sample[] = "\x00\x06\x01\x00\x01\x02"
                             "SeaBIOS\0"
                             "1.0\0\0"
                             "\x04\x05\x02\x00\x00"
                             "\0\0"
                             "\x0b\x05\x03\x00\x04"
                             "other=1\0" PREFIX "a b\0" PREFIX "c\0"
                             "last\0\0"
                             "\x7f\x04\x04\x00\0\0";

static bool
find(const char *bytes, size_t size, const char *prefix, struct span *ret)
{
	uint8_t *exact = malloc(size ? size : 1); /* so that a read past the end is seen */
	struct span value;
	bool found;

	memcpy(exact, bytes, size);
	found = smbios_oem_string((struct span){exact, size}, prefix, &value);
	if (found)
		*ret = (struct span){(const uint8_t *)bytes + (value.base - exact), value.size};
	free(exact);
	return found;
}

static void
found(void **state)
{
	struct span value;

	(void)state;
	assert_true(find(sample, sizeof(sample) - 1, PREFIX, &value));
	assert_true(span_equals(value, "a b"));
	assert_true(find(sample, sizeof(sample) - 1, "last", &value));
	assert_int_equal(value.size, 0);
	assert_false(find(sample, sizeof(sample) - 1, "none", &value));
	assert_false(find(sample, sizeof(sample) - 1, "SeaBIOS", &value));
}

/* Each structure with its strings; the end and what is cut short are none. */
static void
one_by_one(void **state)
{
	static const struct {
		uint8_t type, formatted;
		uint64_t len;
	} wanted[] = {{0, 6, 19}, {4, 5, 7}, {11, 5, 5 + 8 + 41 + 39 + 6}};
	struct span left = {(const uint8_t *)sample, sizeof(sample) - 1}, cut = left;
	struct smbios_structure s;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		const uint8_t *at = left.base;

		assert_true(smbios_next(&left, &s));
		assert_int_equal(s.type, wanted[i].type);
		assert_int_equal(s.formatted, wanted[i].formatted);
		assert_ptr_equal(s.bytes.base, at);
		assert_int_equal(s.bytes.size, wanted[i].len);
		assert_ptr_equal(left.base, at + wanted[i].len);
	}
	assert_false(smbios_next(&left, &s));
	cut.size = wanted[0].len - 1;
	assert_false(smbios_next(&cut, &s));
	assert_int_equal(cut.size, wanted[0].len - 1);
}

/* The string is there as soon as its NUL is; nothing shorter has it. */
static void
cut_short(void **state)
{
	size_t needed = 0;
	struct span value;

	(void)state;
	for (size_t i = 0; i + 4 < sizeof(sample) && !needed; i++) {
		if (!memcmp(sample + i, "a b", 4))
			needed = i + 4;
	}
	for (size_t size = 0; size < sizeof(sample); size++)
		assert_int_equal(find(sample, size, PREFIX, &value), size >= needed);
}

static void
damaged(void **state)
{
	char bytes[sizeof(sample)];
	struct span value;

	(void)state;
	memcpy(bytes, sample, sizeof(bytes));
	bytes[1] = 3; /* shorter than its own header */
	assert_false(find(bytes, sizeof(bytes) - 1, PREFIX, &value));
	memcpy(bytes, sample, sizeof(bytes));
	bytes[1] = (char)0xff; /* longer than all */
	assert_false(find(bytes, sizeof(bytes) - 1, PREFIX, &value));
	memcpy(bytes, sample, sizeof(bytes));
	bytes[0] = 127; /* the end comes first */
	assert_false(find(bytes, sizeof(bytes) - 1, PREFIX, &value));
}

static void
entry_points(void **state)
{
	static const char old[SMBIOS_ENTRY_LEN] =
	        "_SM_\0\0\0\0\0\0\0\0\0\0\0\0_DMI_\0\x34\x12\x78\x56\x34\x12";
	static const char new[SMBIOS_ENTRY_LEN] =
	        "_SM3_\0\0\0\0\0\0\0\x10\x20\0\0\x08\x07\x06\x05\x04\x03\x02\x01";
	struct range r = smbios_structures((struct span){(const uint8_t *)old, sizeof(old)});

	(void)state;
	assert_int_equal(r.len, 0x1234);
	assert_int_equal(r.addr, 0x12345678);
	r = smbios_structures((struct span){(const uint8_t *)new, sizeof(new)});
	assert_int_equal(r.len, 0x2010);
	assert_int_equal(r.addr, 0x0102030405060708);
	r = smbios_structures((struct span){(const uint8_t *)"_SMX_", 5});
	assert_int_equal(r.len + r.addr, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(found),
	        cmocka_unit_test(one_by_one),
	        cmocka_unit_test(cut_short),
	        cmocka_unit_test(damaged),
	        cmocka_unit_test(entry_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
