/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds room in the guest's RAM: RAM entries minus everything that stands in them.
 *
 * A place is tried at the end of the entry that the query names, here the top. If it overlaps
 * an obstacle, no place above that obstacle's start is free, so the obstacle's start becomes
 * the entry's new top, and the next place is tried below it:
 *
 *     RAM entry  |.......................AAAA....BBBB...|
 *     1st try                                     [place]   overlaps B: the top is B's start
 * now 2nd try                              [place]          overlaps A: the top is A's start
 * now 3rd try                     [place]                   free
 *
 * Each obstacle in the way is met once, and nothing is copied or sorted. The longest free piece
 * is looked for only when a refusal has to name it.
 */
#include "planner.h"

#define BIOS_HOLE     (640 * KIB)
#define BIOS_HOLE_END (1 * MIB)

/* Bytes [start, end). Unlike struct range it holds the end, which every comparison here needs.
 */
struct piece {
	uint64_t start, end;
};

static inline bool
meets(struct range obstacle, struct piece r)
{
	return obstacle.addr < r.end && range_end(obstacle) > r.start && obstacle.len;
}

/* The first of these that overlaps `r`, or NULL. */
static inline const struct named_range *
one_of(const struct named_range *o, uint32_t count, struct piece r)
{
	for (const struct named_range *end = o + count; o < end; o++) {
		if (meets(o->range, r))
			return o;
	}
	return NULL;
}

/*
 * The last of the placements that overlaps `r`, or NULL. The last, because small structures
 * come one below the other: a search from the top meets the lowest of them first.
 */
static inline const struct placement *
placed_in(const struct plan *plan, struct piece r)
{
	const struct placement *p = plan->placement + plan->placements;

	while (p-- > plan->placement) {
		if (meets(p->range, r))
			return p;
	}
	return NULL;
}

static inline const struct blob *
source_in(const struct plan_request *req, struct piece r)
{
	const struct blob *b = req->blob, *end = b + req->blobs;

	for (; b < end; b++) {
		if (meets((struct range){b->addr, b->size}, r) && b->where == BLOB_SPACE)
			return b;
	}
	return NULL;
}

/* Widen to whole pages. */
static struct piece
whole_pages(struct range r)
{
	struct piece pages = {align_down(r.addr, PAGE), range_end(r)};

	if (!align_up(pages.end, PAGE, &pages.end))
		pages.end = align_down(UINT64_MAX, PAGE);
	return pages;
}

/* Does something stand in `r`, which is whole pages? Then *ret_obstacle is its pages. */
static bool
obstacle_in(const struct planner *p, unsigned avoid, struct piece r, struct piece *ret_obstacle)
{
	const struct plan_request *req = p->req;
	const struct named_range *o = one_of(req->fixed, req->nr_fixed, r);
	const struct placement *placed;
	const struct blob *source;

	if (!o && avoid & AVOID_BUSY)
		o = one_of(req->busy, req->nr_busy, r);
	if (o)
		*ret_obstacle = whole_pages(o->range);
	else if ((placed = placed_in(p->plan, r)))
		*ret_obstacle = whole_pages(placed->range);
	else if (avoid & AVOID_SOURCES && (source = source_in(req, r)))
		*ret_obstacle = whole_pages((struct range){source->addr, source->size});
	else if (r.start < PAGE)
		*ret_obstacle = (struct piece){0, PAGE};
	else if (r.start < BIOS_HOLE_END && r.end > BIOS_HOLE)
		*ret_obstacle = (struct piece){BIOS_HOLE, BIOS_HOLE_END};
	else
		return false;
	return true;
}

/* The place for the query inside a piece of RAM. */
static bool
fit(const struct space_query *q, struct piece ram, uint64_t *ret_addr)
{
	uint64_t a;

	if (ram.end <= ram.start || ram.end - ram.start < q->len)
		return false;
	if (q->top_down) {
		a = ram.end - q->len;
		if (a < q->phase)
			return false;
		*ret_addr = a = align_down(a - q->phase, q->align) + q->phase;
		return a >= ram.start;
	}
	a = ram.start > q->phase ? ram.start - q->phase : 0;
	if (!align_up(a, q->align, &a) || !range_fits(a, q->phase))
		return false;
	*ret_addr = a += q->phase;
	return a <= ram.end - q->len;
}

/* The part of a RAM entry that lies within the query's limits, whole pages only. */
static struct piece
ram_within(const struct space_query *q, struct range ram)
{
	struct piece r = {ram.addr > q->min ? ram.addr : q->min, range_end(ram)};

	if (r.end - 1 > q->last)
		r.end = q->last + 1;
	r.end = align_down(r.end, PAGE);
	if (!align_up(r.start, PAGE, &r.start))
		r.end = 0;
	return r;
}

/* The first place in a piece of RAM, from the end that the query wants. */
static bool
find_within(const struct planner *p, const struct space_query *q, struct piece ram,
        uint64_t *ret_addr)
{
	while (fit(q, ram, ret_addr)) {
		struct piece o, tried = {align_down(*ret_addr, PAGE),
		                        align_down(*ret_addr + q->len + (PAGE - 1), PAGE)};

		if (!obstacle_in(p, q->avoid, tried, &o))
			return true;
		if (q->top_down)
			ram.end = o.start;
		else
			ram.start = o.end;
	}
	return false;
}

/* The longest part of a piece of RAM in which nothing stands, bytes. */
static uint64_t
largest_within(const struct planner *p, unsigned avoid, struct piece ram)
{
	uint64_t largest = 0;

	while (ram.start < ram.end) {
		struct piece r = ram, o = {ram.end, ram.end};

		while (r.start < r.end && obstacle_in(p, avoid, r, &o))
			r.end = o.start;
		if (r.end > r.start && r.end - r.start > largest)
			largest = r.end - r.start;
		ram.start = o.end;
	}
	return largest;
}

uint64_t
space_largest(const struct planner *p, const struct space_query *q)
{
	const struct memmap *map = p->req->map;
	uint64_t largest = 0;

	for (const struct mem_range *m = map->entry; m < map->entry + map->count; m++) {
		uint64_t len = 0;

		if (m->type == MEM_RAM)
			len = largest_within(p, q->avoid, ram_within(q, m->range));
		if (len > largest)
			largest = len;
	}
	return largest;
}

bool
space_find(const struct planner *p, const struct space_query *q, uint64_t *ret_addr)
{
	const struct memmap *map = p->req->map;

	for (uint32_t n = map->count; n; n--) {
		const struct mem_range *m = &map->entry[q->top_down ? n - 1 : map->count - n];
		if (m->type == MEM_RAM && find_within(p, q, ram_within(q, m->range), ret_addr))
			return true;
	}
	return false;
}

bool
space_find_rather_apart(const struct planner *p, struct space_query *q, uint64_t *ret_addr)
{
	q->avoid = AVOID_BOTH;
	if (space_find(p, q, ret_addr))
		return true;
	q->avoid = AVOID_NOTHING;
	return space_find(p, q, ret_addr);
}

/* What is in the way, the first by the order of these. */
static struct named_range
blocker_in(const struct planner *p, struct range r)
{
	struct piece piece = {r.addr, range_end(r)};
	const struct named_range *o = one_of(p->req->fixed, p->req->nr_fixed, piece);
	const struct mem_range *m;

	if (o)
		return *o;
	for (uint32_t i = 0; i < p->plan->placements; i++) {
		const struct placement *placed = &p->plan->placement[i];

		if (meets(placed->range, piece))
			return (struct named_range){placed->name, placed->range};
	}
	m = memmap_blocker(p->req->map, r);
	return m ? (struct named_range){"memory that is not RAM", m->range}
	         : (struct named_range){"no RAM is there", {0, 0}};
}

bool
space_is_free(const struct planner *p, struct range r, struct named_range *ret_blocker)
{
	struct piece piece = {r.addr, range_end(r)};

	if (!one_of(p->req->fixed, p->req->nr_fixed, piece) && !placed_in(p->plan, piece) &&
	        memmap_is_ram(p->req->map, r))
		return true;
	*ret_blocker = blocker_in(p, r);
	return false;
}
