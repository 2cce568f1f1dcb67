/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a bundle: its parts lie inside the file, apart and in order of the format; the
 * kernel can be probed as a member; a stream says the same as the whole file.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tests/unit/stream.h"

static bool
apart(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return !a_len || !b_len || a + a_len <= b || b + b_len <= a;
}

static void
check(const struct image *im, const struct bundle *b)
{
	static struct facts facts;
	struct image kernel;
	struct refusal why;

	REQUIRE(bounds_ok(im->size, b->kernel_off, b->kernel_len));
	REQUIRE(bounds_ok(im->size, b->cmdline_off, b->cmdline_len));
	REQUIRE(bounds_ok(im->size, b->initrd_off, b->initrd_len));
	REQUIRE(apart(b->kernel_off, b->kernel_len, b->cmdline_off, b->cmdline_len));
	REQUIRE(apart(b->kernel_off, b->kernel_len, b->initrd_off, b->initrd_len));
	REQUIRE(apart(b->cmdline_off, b->cmdline_len, b->initrd_off, b->initrd_len));
	REQUIRE(!b->initrd_len || b->initrd_off + b->initrd_len == im->size);
	REQUIRE(!b->initrd_len || im->window[0].bytes.base[b->initrd_off]);
	REQUIRE(image_member(im, b->kernel_off, b->kernel_len, &kernel));
	REQUIRE(kernel_probe(&kernel, &facts, &why) != REFUSAL_NEED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image im = image_of((struct span){data, size});
	struct bundle bundle, streamed;
	bool found, stream_found;
	struct refusal why, stream_why;
	enum refusal_code code = bundle_read(&im, &found, &bundle, &why);

	REQUIRE(code != REFUSAL_NEED);
	REQUIRE(stream_bundle(data, size, &stream_found, &streamed, &stream_why, NULL) == code);
	if (code) {
		REQUIRE(why.code == code && why.where == stream_why.where);
		return 0;
	}
	REQUIRE(found == stream_found);
	if (!found)
		return 0;
	REQUIRE(memcmp(&bundle, &streamed, sizeof(bundle)) == 0);
	check(&im, &bundle);
	return 0;
}
