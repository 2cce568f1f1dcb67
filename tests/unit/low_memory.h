/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A piece of memory below 2 GiB, for code of x86/ that follows the guest's addresses: on the
 * host its own pointers stand for them, and some of the guest's have 32 bits only.
 *
 * In place of the image there is a small kshim_start to kshim_end, and reach() refuses what
 * ends above low_memory_end, which is 4 GiB at first.
 */
#ifndef TESTS_LOW_MEMORY_H
#define TESTS_LOW_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define LOW_MEMORY (4u << 20) /* bytes */

/* Where linux_peek() shows the last bytes of it; nothing is at 2^63 and above. */
#define LOW_MEMORY_HIGH     (5ull << 30)
#define LOW_MEMORY_HIGH_LEN 0x10000

extern uint64_t low_memory_end;

/* All of it, zeroed. */
uint8_t *low_memory(void);

static inline uint64_t
address(const void *p)
{
	return (uintptr_t)p;
}

#endif
