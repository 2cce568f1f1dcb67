/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's memory, as seen from the host.
 *
 * Fresh memory reads as zero and costs nothing until it is touched. Every access goes through
 * memory_at(), which knows where memory ends.
 */
#ifndef RUN_MEMORY_H
#define RUN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/launch/layout.h"

struct memory {
	uint32_t slots;
	struct memory_slot {
		struct range range;
		uint8_t *host;
		void *map; /* what was mapped, a little more */
		uint64_t map_len;
	} slot[LAYOUT_SLOTS];
};

/* Reserve the memory of a layout; false with errno if the host has no room. */
bool memory_make(struct memory *mem, const struct layout *layout);
void memory_free(struct memory *mem);

/* The `len` bytes at guest address `addr`; NULL if they do not lie in one slot. */
uint8_t *memory_at(const struct memory *mem, uint64_t addr, uint64_t len);

/*
 * Put `len` bytes of a file at `addr`: whole pages are mapped (privately) where offset and
 * address agree, the rest is copied. False with errno if that fails.
 */
bool memory_put_file(
        const struct memory *mem, uint64_t addr, int fd, uint64_t off, uint64_t len);

/*
 * Make [addr, addr + len) zero, of which memory_put_file() has written at most the pages that
 * the range shares with its neighbours.
 */
bool memory_clear(const struct memory *mem, uint64_t addr, uint64_t len);

#endif
