/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lzop files, which libarchive leaves to a program that may not be there.
 */
#ifndef KSHIM_UNLZOP_H
#define KSHIM_UNLZOP_H

#include "stub/base/bytes.h"
#include "tools/file.h"

/*
 * Unpack `packed` into `plain`, which is empty but for its path, up to `max` bytes.
 * Returns NULL, or what is wrong with the file; on STATUS_HOST trouble "no memory".
 */
const char *unlzop(struct span packed, size_t max, struct file *plain);

#endif
