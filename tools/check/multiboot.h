/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Headers of the Multiboot Specifications: 0.6.96, 3.1, and 2.0, 3.1.
 */
#ifndef CHECK_MULTIBOOT_H
#define CHECK_MULTIBOOT_H

#include "stub/base/bytes.h"

enum multiboot_spec {
	MULTIBOOT_1,
	MULTIBOOT_2,
};

/* Offset of the first header of that specification in the file; false if there is none. */
bool multiboot_find(struct span file, enum multiboot_spec spec, uint64_t *ret_at);

#endif
