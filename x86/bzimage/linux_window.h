/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How kshim.bzimage reaches the machine's memory before its addresses are right: by page tables
 * behind the image. A test has a memory of its own.
 */
#ifndef KSHIM_X86_LINUX_WINDOW_H
#define KSHIM_X86_LINUX_WINDOW_H

#include <stdint.h>

#define LINUX_TABLE_ENTRIES 512

struct window {
	uint64_t (*page)[LINUX_TABLE_ENTRIES];
	unsigned used;
};

/*
 * Make and use page tables behind the image, which lies at `base`: of the low 4 GiB, ourselves,
 * the zero page at `zp`.
 */
struct window linux_window(uint64_t base, uint64_t zp);

/*
 * The bytes at the physical address, a page of them at least, until the next call; NULL if
 * there is no such address.
 */
const void *linux_peek(struct window *w, uint64_t addr);

#endif
