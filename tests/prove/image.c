/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows over a file: what is given are the bytes that were asked for, and nothing outside.
 *
 * Inputs: a file of any size, two windows of up to 8 bytes at any place that does not pass
 * 2^64, a member at any place in it, and a question of any offset and length.
 *
 * parts: stub/input/image.c
 * unwind: 17
 */
#include "stub/input/image.h"
#include "prove.h"

#define LENGTH 8

PROVE_REFUSE

static uint8_t first[LENGTH], second[LENGTH];

static void
prove_get(const struct image *im, uint64_t first_off, uint64_t second_off)
{
	uint64_t off, len;
	struct span got = {NULL, 0};
	struct refusal why;
	enum refusal_code code = image_get(im, off, len, REFUSAL_PE_HEADER, &got, &why);

	if ((wide)off + len > im->size) {
		PROVE(code == REFUSAL_PE_HEADER && why.where == off && why.found == im->size,
		        "past the end the caller's code says where");
		return;
	}
	PROVE(code == REFUSAL_NONE || code == REFUSAL_NEED, "inside it is given or needed");
	if (code == REFUSAL_NEED) {
		PROVE(why.where == im->base + off && why.wanted == len,
		        "what is needed is what was asked for");
		PROVE(len > 0, "nothing is never needed");
		return;
	}
	PROVE(got.size == len, "the whole length is given");
	PROVE(len == 0 ||
	                (__CPROVER_same_object(got.base, first) &&
	                        got.base == first + (im->base + off - first_off)) ||
	                (__CPROVER_same_object(got.base, second) &&
	                        got.base == second + (im->base + off - second_off)),
	        "the bytes come from their place in the file");
}

int
main(void)
{
	uint64_t first_off, second_off, off, len, first_len, second_len;
	struct image im = image_stream(any_u64()), member;

	ASSUME(first_len <= LENGTH && second_len <= LENGTH);
	ASSUME(range_fits(first_off, LENGTH) && range_fits(second_off, LENGTH));
	PROVE(image_add(&im, first_off, (struct span){first, first_len}),
	        "there is room for one");
	PROVE(image_add(&im, second_off, (struct span){second, second_len}), "and for another");
	PROVE(im.windows <= 2 && im.windows > 0, "one may replace the other");
	if (!image_member(&im, off, len, &member)) {
		PROVE((wide)off + len > im.size,
		        "a member is refused only if it is not inside");
		return 0;
	}
	PROVE(member.size == len && member.base == off, "a member has its place");
	prove_get(&member, first_off, second_off);
}
