/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A launcher's memory for code of x86/ that follows addresses: all that can be reached is the
 * arena, below 4 GiB, with the input at its start. What lies behind it faults.
 */
#ifndef TESTS_FUZZ_ARENA_H
#define TESTS_FUZZ_ARENA_H

#include "tests/fuzz/fuzz.h"

#define ARENA 0x8000u /* bytes */

/*
 * The arena with the input in it, zeros behind. Words of 8 bytes from byte `from` on that are
 * below ARENA become addresses there.
 */
uint8_t *arena_fill(const uint8_t *data, size_t size, size_t from);

/* The same for one word of 4 bytes. */
void arena_relocate32(uint8_t *arena, size_t at);

#endif
