/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds room in the guest's RAM: RAM entries minus everything that stands in them.
 *
 * The free pieces are enumerated in ascending order and the query tried on each, so that the
 * lowest and the highest fit and the largest piece come from the same loop.
 */
#include "planner.h"

#define BIOS_HOLE     (640 * KIB)
#define BIOS_HOLE_END (1 * MIB)

/* Obstacle number `i` of a search; false when there are no more. Empty ones are possible. */
static bool
obstacle(const struct planner *p, unsigned avoid, uint32_t i, struct named_range *ret_o)
{
	const struct plan_request *req = p->req;

	*ret_o = (struct named_range){.name = ""};
	if (i < req->nr_fixed) {
		*ret_o = req->fixed[i];
		return true;
	}
	i -= req->nr_fixed;
	if (i < p->plan->placements) {
		*ret_o = (struct named_range){
		        p->plan->placement[i].name, p->plan->placement[i].range};
		return true;
	}
	i -= p->plan->placements;
	if (i < req->nr_busy) {
		if (avoid & AVOID_BUSY)
			*ret_o = req->busy[i];
		return true;
	}
	i -= req->nr_busy;
	if (i < req->blobs) {
		const struct blob *b = &req->blob[i];

		if ((avoid & AVOID_SOURCES) && b->where == BLOB_SPACE)
			*ret_o = (struct named_range){b->name, {b->addr, b->size}};
		return true;
	}
	return false;
}

static struct range
whole_pages(struct range r)
{
	uint64_t start = align_down(r.addr, PAGE), end = range_end(r);

	if (!r.len)
		return r;
	if (!align_up(end, PAGE, &end))
		end = align_down(UINT64_MAX, PAGE);
	return (struct range){start, end - start};
}

/* Narrow *piece to what lies before the first obstacle; *ret_next is where to go on. */
static void
piece_before_obstacle(
        const struct planner *p, unsigned avoid, struct range *piece, uint64_t *ret_next)
{
	static const struct range always[] = {
	        {0, PAGE}, {BIOS_HOLE, BIOS_HOLE_END - BIOS_HOLE}};
	struct range first = {range_end(*piece), 0};
	struct named_range o;

	*ret_next = range_end(*piece);
	for (uint32_t i = 0; i < 2 || obstacle(p, avoid, i - 2, &o); i++) {
		struct range r = i < 2 ? always[i] : whole_pages(o.range);

		if (range_overlaps(r, *piece) && r.addr < first.addr)
			first = r;
		else if (range_overlaps(r, *piece) && r.addr == first.addr && r.len > first.len)
			first = r;
	}
	if (!first.len)
		return;
	*ret_next = range_end(first);
	piece->len = first.addr > piece->addr ? first.addr - piece->addr : 0;
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

bool
space_find(const struct planner *p, const struct space_query *q, uint64_t *ret_addr,
        uint64_t *ret_largest)
{
	bool found = false;

	*ret_largest = 0;
	for (uint32_t i = 0; i < p->req->map->count; i++) {
		const struct mem_range *m = &p->req->map->entry[i];
		struct range ram = ram_within(q, m->range);

		while (m->type == MEM_RAM && ram.len) {
			struct range piece = ram;
			uint64_t next;

			piece_before_obstacle(p, q->avoid, &piece, &next);
			if (piece.len > *ret_largest)
				*ret_largest = piece.len;
			if (fit(q, piece, ret_addr))
				found = true;
			if (found && !q->top_down)
				return true;
			if (next >= range_end(ram))
				break;
			ram = (struct range){next, range_end(ram) - next};
		}
	}
	return found;
}

bool
space_is_free(const struct planner *p, struct range r, struct named_range *ret_blocker)
{
	const struct mem_range *m;
	struct named_range o;

	for (uint32_t i = 0; obstacle(p, AVOID_NOTHING, i, &o); i++) {
		if (range_overlaps(o.range, r)) {
			*ret_blocker = o;
			return false;
		}
	}
	if (memmap_is_ram(p->req->map, r))
		return true;
	m = memmap_blocker(p->req->map, r);
	*ret_blocker = m ? (struct named_range){"memory that is not RAM", m->range}
	                 : (struct named_range){"no RAM is there", {0, 0}};
	return false;
}
