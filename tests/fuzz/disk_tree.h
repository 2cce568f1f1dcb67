/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk with files whose names and contents are the input's: a FAT on the whole of it.
 */
#ifndef TESTS_DISK_TREE_H
#define TESTS_DISK_TREE_H

#include "tests/fuzz/fuzz.h"
#include "tests/unit/fat_tree.h"

/*
 * Make the volume in image[0..FAT_TREE_SIZE). Each file is a byte for its path, one of those
 * where something to boot can be, one for its length, and its contents; a path that is none
 * ends the files, and single bytes of the volume follow that are changed: two bytes where, one
 * what. Returns how many were changed.
 */
unsigned disk_tree(struct feed *f, uint8_t *image);

#endif
