/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for copies of the seed that the kernel was given (probe.copies=N: so many are right):
 * another one would tell what its random numbers began with. All memory below the end of RAM
 * (and below 4 GiB) is looked at, but for the video memory, at every byte.
 */
#include "probe.h"

#define VIDEO     0xa0000ull
#define VIDEO_END 0xc0000ull
#define LIMIT     0x100000000ull
#define WORD      4u

static uint32_t
word_at(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/*
 * Copies in a range. Of a copy at any byte one of the first four words lies at a multiple of
 * four: it is looked for by those, and then compared.
 */
static uint32_t
copies_in(const struct probe *p, struct range r)
{
	const uint8_t *seed = at(p->seed.addr);
	uint32_t start[WORD], n = 0;

	for (uint32_t i = 0; i < WORD; i++)
		start[i] = word_at(seed + i);
	for (uint64_t pos = r.addr; pos + p->seed.len <= end_of(r); pos += WORD) {
		uint32_t found = word_at(at(pos));

		for (uint32_t i = 0; i < WORD; i++) {
			if (found != start[i] || pos - i == p->seed.addr || pos < i ||
			        !same(at(pos - i), at(p->seed.addr), p->seed.len))
				continue;
			say("probe: a copy of the seed is at ");
			say_hex(pos - i);
			say("\r\n");
			n++;
		}
	}
	return n;
}

void
check_seed(struct probe *p)
{
	uint64_t wanted, end = ram_end(p, LIMIT);
	uint32_t copies;

	if (!word_number(p, "probe.copies", &wanted))
		return;
	want(p, "SETUP_RNG_SEED there", p->rng, 1);
	if (!p->rng)
		return;
	copies = copies_in(p, (struct range){WORD, VIDEO - WORD}) +
	         copies_in(p, (struct range){VIDEO_END, end - VIDEO_END});
	want(p, "other copies of the seed", copies, wanted);
}
