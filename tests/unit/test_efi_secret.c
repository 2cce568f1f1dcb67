/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot secret: the sums that Python's hashlib makes of the same parts. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "stub/base/text.h"
#include "stub/input/efi_secret.h"

static void
expect(const char *os_release, const char *wanted)
{
	uint8_t machine[EFI_SECRET_LEN], disk[EFI_SECRET_LEN], secret[EFI_SECRET_LEN];
	char hex[2 * EFI_SECRET_LEN + 1];

	memset(machine, 0x11, sizeof(machine));
	memset(disk, 0x22, sizeof(disk));
	efi_secret_derive(machine, disk, text_span(os_release), secret);
	for (unsigned i = 0; i < sizeof(secret); i++)
		snprintf(hex + 2 * i, 3, "%02x", secret[i]);
	assert_string_equal(hex, wanted);
}

static void
names(void **state)
{
	(void)state;
	expect("ID=debian\nIMAGE_ID=image\n",
	        "a38f8327fe44e03843992fb799a2fc9c2c1b89f26d8891c67a294eacd367560f");
	expect("PRETTY_NAME=x\nID=\"debian\"\n",
	        "c3c5f987d48fbc97a8167a0df4fefb76cfa30dff63fc8f21c05681ad523bdbf0");
	expect("", "72847072854721aa4aaf856605d6c5ec362275866d6cf73f2f545cd620b4b36f");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
