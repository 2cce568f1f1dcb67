/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the files of a disk image that `kshim check` is given, some of its bytes
 * damaged: what holds of each report holds of this one.
 */
#include "tests/fuzz/check_look.h"
#include "tests/fuzz/disk_tree.h"

#include "stub/base/range.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t image[FAT_TREE_SIZE];
	struct feed f = {data, size};

	disk_tree(&f, image);
	check_look((struct span){image, sizeof(image)});
	return 0;
}
