/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random ranges into a short list of ranges to be kept: it stays sorted and short, and no byte
 * that was noted is missing.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/keep.h"

#define MOST  8
#define NOTED 64

static bool
is_kept(const struct keep *k, struct range r)
{
	for (uint32_t i = 0; i < k->count; i++) {
		if (range_contains(k->range[i].range, r))
			return true;
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct named_range range[MOST];
	struct range noted[NOTED];
	struct feed f = {data, size};
	struct keep k = {.range = range, .max = 2 + (uint32_t)feed_number(&f, 1) % (MOST - 1)};
	unsigned n = 0;

	while (f.size && n < NOTED) {
		struct range r = {feed_number(&f, 4) << (feed_number(&f, 1) % 33), 0};

		r.len = feed_number(&f, 3);
		if (!range_fits(r.addr, r.len))
			continue;
		keep_add(&k, "noted", r);
		noted[n++] = r;
	}
	REQUIRE(k.count < k.max);
	for (uint32_t i = 1; i < k.count; i++)
		REQUIRE(range_end(range[i - 1].range) + PAGE < range[i].range.addr);
	for (unsigned i = 0; i < n; i++)
		REQUIRE(!noted[i].len || is_kept(&k, noted[i]));
	return 0;
}
