/* SPDX-License-Identifier: BSD-2-Clause */
/* See range_memory.h. */
#include "tests/fuzz/range_memory.h"

#include "tests/fuzz/fuzz.h"

void
range_memory_init(struct range_memory *m, uint64_t size)
{
	m->count = 1;
	m->piece[0] = (struct range_piece){0, size, HOLDS_STALE, 0};
}

/* Let a piece begin at `at`; its index, or the count if that is the end. */
static unsigned
cut(struct range_memory *m, uint64_t at)
{
	unsigned i = 0;

	while (i < m->count && m->piece[i].end <= at)
		i++;
	if (i == m->count || m->piece[i].start == at)
		return i;
	REQUIRE(m->count < RANGE_PIECES);
	memmove(&m->piece[i + 1], &m->piece[i], (m->count++ - i) * sizeof(m->piece[0]));
	m->piece[i].end = m->piece[i + 1].start = at;
	m->piece[i + 1].off += at - m->piece[i].start;
	return i + 1;
}

void
range_memory_put(struct range_memory *m, struct range r, unsigned what, uint64_t off)
{
	unsigned first, end;

	if (!r.len)
		return;
	REQUIRE(range_fits(r.addr, r.len) && range_end(r) <= m->piece[m->count - 1].end);
	first = cut(m, r.addr);
	end = cut(m, range_end(r));
	m->piece[first] = (struct range_piece){r.addr, range_end(r), what, off};
	memmove(&m->piece[first + 1], &m->piece[end], (m->count - end) * sizeof(m->piece[0]));
	m->count -= end - first - 1;
}

void
range_memory_copy(struct range_memory *m, uint64_t to, uint64_t from, uint64_t len)
{
	static struct range_piece copy[RANGE_PIECES];
	unsigned first = cut(m, from), end = cut(m, from + len), count = end - first;

	memcpy(copy, &m->piece[first], count * sizeof(copy[0]));
	for (unsigned i = 0; i < count; i++)
		range_memory_put(m,
		        (struct range){
		                to + (copy[i].start - from), copy[i].end - copy[i].start},
		        copy[i].what, copy[i].off);
}

bool
range_memory_holds(struct range_memory *m, struct range r, unsigned what, uint64_t off)
{
	unsigned first = cut(m, r.addr), end = cut(m, range_end(r));

	for (unsigned i = first; r.len && i < end; i++) {
		const struct range_piece *p = &m->piece[i];

		if (p->what != what ||
		        (what >= HOLDS_BLOB && p->off != off + (p->start - r.addr)))
			return false;
	}
	return true;
}
