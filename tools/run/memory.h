/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's memory, as seen from the host.
 *
 * Fresh memory reads as zero and costs nothing until it is touched. Every access goes through
 * memory_at(), which knows where memory ends.
 *
 * Memory is private, made from pages of files where they fit, unless another process is to see
 * it. Then it is one file in memory, whose offsets are the guest's addresses, and nothing else:
 * files are copied into it, because the guest makes buffers of the pages that its kernel and
 * its initrd lay in, and the other process would see the file's bytes in place of the guest's.
 */
#ifndef RUN_MEMORY_H
#define RUN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/launch/layout.h"

struct memory {
	int file; /* that the other process gets; -1: memory is private */
	uint32_t slots;
	struct memory_slot {
		struct range range;
		uint8_t *host;
		void *map; /* what was mapped, a little more */
		uint64_t map_len;
	} slot[LAYOUT_SLOTS];
};

/*
 * Reserve the memory of a layout, in `file` (memory_file.h) or, if that is -1, privately; false
 * with errno if the host has no room.
 */
bool memory_make(struct memory *mem, const struct layout *layout, int file);
void memory_free(struct memory *mem);

/* The `len` bytes at guest address `addr`; NULL if they do not lie in one slot. */
uint8_t *memory_at(const struct memory *mem, uint64_t addr, uint64_t len);

/*
 * Put `len` bytes of a file at `addr`: in private memory whole pages are mapped where offset
 * and address agree; the rest is copied. False with errno if that fails.
 */
bool memory_put_file(
        const struct memory *mem, uint64_t addr, int fd, uint64_t off, uint64_t len);

/*
 * Make [addr, addr + len) zero, of which memory_put_file() has written at most the pages that
 * the range shares with its neighbours.
 */
bool memory_clear(const struct memory *mem, uint64_t addr, uint64_t len);

#endif
