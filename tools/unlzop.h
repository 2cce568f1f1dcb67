/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lzop files, which libarchive leaves to a program that may not be there.
 */
#ifndef KSHIM_UNLZOP_H
#define KSHIM_UNLZOP_H

#include "stub/base/bytes.h"
#include "tools/budget.h"
#include "tools/file.h"

/*
 * Unpack `packed` into `plain`, which is empty but for its path, at the cost of the budget.
 * Returns NULL, or what is wrong with the file; on STATUS_HOST trouble "no memory".
 */
const char *unlzop(struct span packed, struct budget *b, struct file *plain);

#endif
