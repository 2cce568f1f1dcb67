/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of functions: which one holds an address, and what is said of one outside.
 */
#include "unit.h"

#include "stub/body/symbols.h"

/* As tools/add-symbols writes them: "start" at 0x10, "main" at 0x40. */
static const char list[] = "\x10\0\0\0start\0\x40\0\0\0main\0\0\0\0\0";
static const char none[] = "\0\0\0\0";
static const struct range code = {0x100000, 0x80};

static void
expect(uint64_t addr, const char *symbols, const char *wanted)
{
	char said[64];
	struct text t = text_init(said, sizeof(said));

	symbol_text(&t, symbols, code, addr);
	assert_string_equal(said, wanted);
}

static void
the_function_before_an_address_holds_it(void **state)
{
	(void)state;
	expect(0x100010, list, "start+0x0");
	expect(0x10003f, list, "start+0x2f");
	expect(0x100040, list, "main+0x0");
	expect(0x10007f, list, "main+0x3f");
}

static void
other_addresses_have_no_name(void **state)
{
	(void)state;
	expect(0x10000f, list, "outside of its code");
	expect(0xfffff, list, "outside of its code");
	expect(0x100080, list, "outside of its code");
	expect(UINT64_MAX, list, "outside of its code");
	expect(0x100010, none, "outside of its code");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_function_before_an_address_holds_it),
	        cmocka_unit_test(other_addresses_have_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
