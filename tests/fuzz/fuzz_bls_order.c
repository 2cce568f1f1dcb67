/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as versions, entries and a glob: the order is one (of three entries, in any order
 * of asking), and the glob matches what a slow matcher says.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/bls.h"

#define ENTRIES 3

static int
sign(int order)
{
	return (order > 0) - (order < 0);
}

static struct bls_entry
take_entry(struct feed *f)
{
	uint64_t shape = feed_number(f, 1);
	struct bls_entry e;

	memset(&e, 0, sizeof(e));
	e.counted = shape & 1;
	e.left = shape >> 1 & 3;
	e.done = shape >> 3 & 3;
	e.id = feed_span(f, feed_number(f, 1) % 8);
	e.version = feed_span(f, feed_number(f, 1) % 8);
	e.sort_key = feed_span(f, shape >> 5 & 3);
	e.machine_id = feed_span(f, shape >> 7 & 1);
	return e;
}

static void
check_versions(struct span a, struct span b, struct span c)
{
	int ab = bls_version_compare(a, b), bc = bls_version_compare(b, c);

	REQUIRE(bls_version_compare(a, a) == 0);
	REQUIRE(ab == -bls_version_compare(b, a));
	if (ab <= 0 && bc <= 0)
		REQUIRE(bls_version_compare(a, c) <= 0);
}

static void
check_entries(const struct bls_entry *e)
{
	for (unsigned a = 0; a < ENTRIES; a++) {
		for (unsigned b = 0; b < ENTRIES; b++) {
			int ab = sign(bls_compare(&e[a], &e[b]));

			REQUIRE(ab == -sign(bls_compare(&e[b], &e[a])));
			for (unsigned c = 0; c < ENTRIES; c++) {
				if (ab <= 0 && bls_compare(&e[b], &e[c]) <= 0)
					REQUIRE(bls_compare(&e[a], &e[c]) <= 0);
			}
		}
	}
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* A glob of letters, ? and * alone, by trying each length for a star. */
static bool
matches(struct span g, struct span n)
{
	if (!g.size)
		return !n.size;
	if (g.base[0] == '*') {
		for (uint64_t i = 0; i <= n.size; i++) {
			if (matches((struct span){g.base + 1, g.size - 1},
			            (struct span){n.base + i, n.size - i}))
				return true;
		}
		return false;
	}
	return n.size && (g.base[0] == '?' || lower(g.base[0]) == lower(n.base[0])) &&
	       matches((struct span){g.base + 1, g.size - 1},
	               (struct span){n.base + 1, n.size - 1});
}

static bool
is_plain(struct span glob)
{
	for (uint64_t i = 0; i < glob.size; i++) {
		if (glob.base[i] == '[' || glob.base[i] == '\\')
			return false;
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	struct bls_entry e[ENTRIES];
	struct span glob, name;
	bool found;

	for (unsigned i = 0; i < ENTRIES; i++)
		e[i] = take_entry(&f);
	check_versions(e[0].version, e[1].version, e[2].version);
	check_entries(e);
	glob = feed_span(&f, feed_number(&f, 1) % 12);
	name = feed_span(&f, feed_number(&f, 1) % 12);
	found = bls_match(glob, name);
	if (is_plain(glob))
		REQUIRE(found == matches(glob, name));
	return 0;
}
