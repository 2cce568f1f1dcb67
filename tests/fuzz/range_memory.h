/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A memory of which is kept what each range holds: bytes of a source from an offset on. Moves
 * in it take as long as there are ranges, not as long as there are bytes.
 */
#ifndef TESTS_RANGE_MEMORY_H
#define TESTS_RANGE_MEMORY_H

#include "stub/base/range.h"

#define RANGE_PIECES 1024

/* What holds the same byte everywhere is below HOLDS_BLOB; blob i is HOLDS_BLOB + i. */
enum { HOLDS_STALE, HOLDS_ZERO, HOLDS_FIXED, HOLDS_BUSY, HOLDS_BUILT, HOLDS_BLOB };

struct range_memory {
	unsigned count;
	struct range_piece {
		uint64_t start, end;
		unsigned what;
		uint64_t off;  /* in the blob, of the byte at `start` */
	} piece[RANGE_PIECES]; /* sorted, without a gap */
};

void range_memory_init(struct range_memory *m, uint64_t size);
void range_memory_put(struct range_memory *m, struct range r, unsigned what, uint64_t off);
/* As memmove() does. */
void range_memory_copy(struct range_memory *m, uint64_t to, uint64_t from, uint64_t len);
bool range_memory_holds(struct range_memory *m, struct range r, unsigned what, uint64_t off);

#endif
