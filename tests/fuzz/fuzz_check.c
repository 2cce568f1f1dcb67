/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a file for `kshim check`, from its first look to its last line: what holds of
 * its report is in check_look.h.
 */
#include "tests/fuzz/check_look.h"

#include "stub/base/range.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_look((struct span){data, size});
	return 0;
}
