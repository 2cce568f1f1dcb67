/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the probe's tests call it: once with the whole file, in a block of just its size, and
 * once as a stream; both must say the same.
 */
#ifndef TESTS_PROBING_H
#define TESTS_PROBING_H

#include "tests/unit/stream.h"

static inline enum refusal_code
probe_both(
        const uint8_t *bytes, uint64_t size, struct facts *ret_facts, struct refusal *ret_why)
{
	static struct facts streamed;
	struct refusal why;
	uint8_t *block = malloc(size ? size : 1);
	struct image im = image_of((struct span){block, size});
	enum refusal_code code;

	memcpy(block, bytes, size);
	memset(ret_facts, 0xa5, sizeof(*ret_facts));
	memset(&streamed, 0xa5, sizeof(streamed));
	code = kernel_probe(&im, ret_facts, ret_why);
	free(block);
	assert_int_equal(stream_probe(bytes, size, &streamed, &why, NULL), code);
	if (code == REFUSAL_NONE) {
		assert_true(facts_same(ret_facts, &streamed));
	} else {
		/* Nothing is written on refusal. */
		assert_int_equal(*(uint8_t *)ret_facts, 0xa5);
		assert_int_equal(why.where, ret_why->where);
		assert_int_equal(why.found, ret_why->found);
	}
	return code;
}

#endif
