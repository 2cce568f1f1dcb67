/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every fuzzer here is: LLVMFuzzerTestOneInput(), which libFuzzer or replay.c calls, and
 * REQUIRE() for the properties of what was accepted.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub/base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(property)                                                                      \
	do {                                                                                   \
		if (!(property)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #property); \
			abort();                                                               \
		}                                                                              \
	} while (0)

/* The input as numbers, for a fuzzer that makes a case of it: what is missing reads as 0. */
struct feed {
	const uint8_t *data;
	size_t size; /* bytes that are left */
};

/* The next `bytes` (1 to 8) as a little-endian number. */
static inline uint64_t
feed_number(struct feed *f, unsigned bytes)
{
	size_t n = bytes < f->size ? bytes : f->size;
	uint64_t v = 0;

	memcpy(&v, f->data, n);
	f->data += n;
	f->size -= n;
	return v;
}

/* The next `len` bytes, or as many as there are. */
static inline struct span
feed_span(struct feed *f, size_t len)
{
	struct span s = {f->data, len < f->size ? len : f->size};

	f->data += s.size;
	f->size -= (size_t)s.size;
	return s;
}

/* Does `part` lie inside of `whole`? An empty one may lie anywhere. */
static inline bool
inside(struct span whole, struct span part)
{
	return !part.size ||
	       (part.base >= whole.base &&
	               bounds_ok(whole.size, (uint64_t)(part.base - whole.base), part.size));
}

#endif
