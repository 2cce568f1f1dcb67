/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/put_file.h"

#include "unit.h"

#include <stdio.h>

void
put_file(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}
