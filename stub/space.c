/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds room in the guest's RAM: RAM entries minus everything that stands in them.
 *
 * The free pieces of an entry are enumerated in ascending order and the query tried on each, so
 * that the lowest and the highest fit and the largest piece come from the same loop. This is
 * most of what planning costs: the obstacles are looked at where they are, not copied.
 */
#include "planner.h"

#define BIOS_HOLE     (640 * KIB)
#define BIOS_HOLE_END (1 * MIB)

static struct range
whole_pages(struct range r)
{
	uint64_t start = align_down(r.addr, PAGE), end = range_end(r);

	if (!align_up(end, PAGE, &end))
		end = align_down(UINT64_MAX, PAGE);
	return (struct range){start, end - start};
}

/* The first obstacle in a piece of RAM, widened to pages; of two that start together the
 * longer. */
struct first {
	uint64_t addr, end; /* of the piece until there is one */
	uint64_t obstacle_end;
};

static inline void
look_at(struct first *f, uint64_t piece_addr, struct range r)
{
	if (!r.len || r.addr >= f->end)
		return;
	r = whole_pages(r);
	if (range_end(r) <= piece_addr || r.addr > f->addr)
		return;
	if (r.addr == f->addr && range_end(r) <= f->obstacle_end)
		return;
	f->addr = r.addr;
	f->obstacle_end = range_end(r);
}

static void
look_at_all(struct first *f, uint64_t addr, const struct named_range *r, uint32_t count)
{
	for (const struct named_range *end = r + count; r < end; r++)
		look_at(f, addr, r->range);
}

/* Narrow *piece to what lies before the first obstacle; *ret_next is where to go on. */
static void
piece_before_obstacle(
        const struct planner *p, unsigned avoid, struct range *piece, uint64_t *ret_next)
{
	static const struct named_range always[] = {
	        {"page 0", {0, PAGE}}, {"BIOS area", {BIOS_HOLE, BIOS_HOLE_END - BIOS_HOLE}}};
	const struct plan_request *req = p->req;
	struct first f = {range_end(*piece), range_end(*piece), 0};

	if (piece->addr < BIOS_HOLE_END)
		look_at_all(&f, piece->addr, always, 2);
	look_at_all(&f, piece->addr, req->fixed, req->nr_fixed);
	for (uint32_t i = 0; i < p->plan->placements; i++)
		look_at(&f, piece->addr, p->plan->placement[i].range);
	if (avoid & AVOID_BUSY)
		look_at_all(&f, piece->addr, req->busy, req->nr_busy);
	for (uint32_t i = 0; avoid & AVOID_SOURCES && i < req->blobs; i++) {
		if (req->blob[i].where == BLOB_SPACE)
			look_at(&f, piece->addr,
			        (struct range){req->blob[i].addr, req->blob[i].size});
	}
	*ret_next = f.obstacle_end ? f.obstacle_end : f.end;
	piece->len = f.addr > piece->addr ? f.addr - piece->addr : 0;
}

/* The place for the query inside a free piece. */
static bool
fit(const struct space_query *q, struct range piece, uint64_t *ret_addr)
{
	uint64_t a;

	if (piece.len < q->len)
		return false;
	if (q->top_down) {
		a = range_end(piece) - q->len;
		if (a < q->phase)
			return false;
		a = align_down(a - q->phase, q->align) + q->phase;
	} else {
		a = piece.addr > q->phase ? piece.addr - q->phase : 0;
		if (!align_up(a, q->align, &a) || !range_fits(a, q->phase))
			return false;
		a += q->phase;
	}
	if (a < piece.addr || a - piece.addr > piece.len - q->len)
		return false;
	*ret_addr = a;
	return true;
}

/* The part of a RAM entry that lies within the query's limits, whole pages only. */
static struct range
ram_within(const struct space_query *q, struct range ram)
{
	uint64_t start = ram.addr > q->min ? ram.addr : q->min;
	uint64_t end = range_end(ram);

	if (q->last != UINT64_MAX && end > q->last + 1)
		end = q->last + 1;
	end = align_down(end, PAGE);
	if (!align_up(start, PAGE, &start) || start >= end)
		return (struct range){0, 0};
	return (struct range){start, end - start};
}

/* Try all free pieces of one RAM entry; stops at the first that fits unless the last is wanted.
 */
static bool
find_within(const struct planner *p, const struct space_query *q, struct range ram,
        uint64_t *ret_addr, uint64_t *ret_largest)
{
	bool found = false;

	while (ram.len && (!found || q->top_down)) {
		struct range piece = ram;
		uint64_t next;

		piece_before_obstacle(p, q->avoid, &piece, &next);
		if (piece.len > *ret_largest)
			*ret_largest = piece.len;
		if (fit(q, piece, ret_addr))
			found = true;
		if (next >= range_end(ram))
			break;
		ram = (struct range){next, range_end(ram) - next};
	}
	return found;
}

bool
space_find(const struct planner *p, const struct space_query *q, uint64_t *ret_addr,
        uint64_t *ret_largest)
{
	const struct memmap *map = p->req->map;

	*ret_largest = 0;
	for (uint32_t n = 0; n < map->count; n++) {
		const struct mem_range *m = &map->entry[q->top_down ? map->count - 1 - n : n];

		if (m->type == MEM_RAM && m->range.addr <= q->last &&
		        find_within(p, q, ram_within(q, m->range), ret_addr, ret_largest))
			return true;
	}
	return false;
}

/* The first of these that overlaps `r`, or NULL. */
static const struct named_range *
one_of(const struct named_range *o, uint32_t count, struct range r)
{
	for (const struct named_range *end = o + count; o < end; o++) {
		if (range_overlaps(o->range, r))
			return o;
	}
	return NULL;
}

bool
space_is_free(const struct planner *p, struct range r, struct named_range *ret_blocker)
{
	const struct named_range *o = one_of(p->req->fixed, p->req->nr_fixed, r);
	const struct mem_range *m;

	if (o) {
		*ret_blocker = *o;
		return false;
	}
	for (uint32_t i = 0; i < p->plan->placements; i++) {
		const struct placement *pl = &p->plan->placement[i];

		if (!range_overlaps(pl->range, r))
			continue;
		*ret_blocker = (struct named_range){pl->name, pl->range};
		return false;
	}
	if (memmap_is_ram(p->req->map, r))
		return true;
	m = memmap_blocker(p->req->map, r);
	*ret_blocker = m ? (struct named_range){"memory that is not RAM", m->range}
	                 : (struct named_range){"no RAM is there", {0, 0}};
	return false;
}
