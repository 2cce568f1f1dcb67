/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as something compressed, with a budget out of the first byte: no more comes out
 * than the budget has, what a small budget unpacks a large one unpacks to the same, and what
 * fails by no budget fails with any. The same bytes as a kernel with something packed inside.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/base/range.h"
#include "tools/cmd.h"
#include "tools/ikconfig.h"
#include "tools/payload.h"
#include "tools/unpack.h"

#define UNIT  256ull /* of the budget, bytes */
#define LARGE (256 * KIB)

/* What comes out with that budget, to be given back; *ret_over: it was not enough. */
static int
stream(struct span packed, uint64_t limit, struct file *ret_plain, bool *ret_over)
{
	struct budget b = budget_of("x", limit);
	char why[UNPACK_WHY] = "";
	uint64_t used = 0;
	int status;

	*ret_plain = (struct file){.path = "x"};
	status = unpack_stream(packed, ret_plain, &b, &used, why);
	REQUIRE(status == STATUS_OK || status == STATUS_REFUSED);
	REQUIRE(b.unpacked <= limit + 1 && ret_plain->size <= limit);
	REQUIRE(used <= packed.size && memchr(why, 0, sizeof(why)));
	REQUIRE(status == STATUS_OK ? used && ret_plain->size && !b.over : why[0]);
	*ret_over = b.over;
	return status;
}

static void
compare(struct span packed, uint64_t limit)
{
	struct file small, large;
	bool small_over, large_over;
	int a = stream(packed, limit, &small, &small_over);
	int b = stream(packed, LARGE, &large, &large_over);

	if (a == STATUS_OK) {
		REQUIRE(b == STATUS_OK && small.size == large.size);
		REQUIRE(!memcmp(small.data, large.data, small.size));
	} else if (!small_over) {
		REQUIRE(b != STATUS_OK && !large_over);
	}
	file_free(&small);
	file_free(&large);
}

static void
unpack_inside(struct span file, uint64_t limit)
{
	struct budget b = budget_of("x", limit);
	struct file plain = {.path = "x"}, text;
	char why[UNPACK_WHY] = "";
	struct payload p;

	if (payload_find(file, &p)) {
		REQUIRE(p.in != PAYLOAD_NONE && bounds_ok(file.size, p.off, p.len));
		payload_unpack(file, &p, &plain, &b, why);
		REQUIRE(plain.size <= limit);
		file_free(&plain);
	}
	b = budget_of("x", limit);
	if (ikconfig_read(file, &b, &text, why) == STATUS_OK) {
		REQUIRE(text.size <= limit);
		file_free(&text);
	}
	REQUIRE(b.unpacked <= limit + 1);
}

/* All layers, in place. */
static void
unpack_layers(struct span packed, uint64_t limit)
{
	struct budget b = budget_of("x", limit);
	struct file f = {.path = "x"};

	REQUIRE(file_reserve(&f, packed.size + 1) == STATUS_OK);
	memcpy(f.data, packed.base, packed.size);
	f.size = packed.size;
	if (unpack(&f, &b) == STATUS_OK)
		REQUIRE(!compression_of(file_span(&f)) && b.layer <= UNPACK_LAYERS + 1);
	file_free(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	uint64_t limit = feed_number(&f, 1) * UNIT;
	struct span packed = feed_span(&f, f.size);

	if (compression_of(packed)) {
		compare(packed, limit);
		unpack_layers(packed, limit);
	}
	unpack_inside(packed, limit);
	return 0;
}
