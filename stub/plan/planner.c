/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan under construction: begun, given placements; the small structures of most boots lie
 * together in a pool. What every step of the planner calls.
 */
#include "planner.h"

#define POOL (32 * KIB) /* the small structures of most boots together */

enum refusal_code
plan_begin(struct planner *p, const struct plan_request *req, struct plan *ret_plan,
        struct refusal *ret_why)
{
	*p = (struct planner){req, ret_plan, ret_why, {0, 0}};
	ret_plan->placements = ret_plan->moves = ret_plan->mapped = ret_plan->map_entries = 0;
	ret_plan->initrd = (struct range){0, 0};
	ret_plan->modules_apart = false;
	ret_plan->kernel_alignment = 0;
	if (memmap_ram_end(req->map))
		return REFUSAL_NONE;
	return refuse(
	        ret_why, req->map->count ? REFUSAL_MAP_NO_RAM : REFUSAL_MAP_NONE, 0, 0, 1);
}

const struct placement *
plan_find(const struct plan *plan, enum placement_kind kind)
{
	const struct placement *p = plan->placement, *end = p + plan->placements;

	for (; p < end; p++) {
		if (p->kind == kind)
			return p;
	}
	return NULL;
}

/* Append a placement that is no longer in the pool. */
static inline struct placement *
append(struct planner *p, enum placement_kind kind, const char *name, struct range range)
{
	struct placement *pl = &p->plan->placement[p->plan->placements];

	if (p->plan->placements == PLAN_PLACEMENTS) {
		refuse(p->why, REFUSAL_PLAN_TOO_MANY, 0, PLAN_PLACEMENTS + 1, PLAN_PLACEMENTS);
		p->why->detail = "parts";
		return NULL;
	}
	p->plan->placements++;
	pl->kind = kind;
	pl->name = name;
	pl->range = range;
	pl->blob = PLAN_NO_BLOB;
	pl->off = pl->data_len = 0;
	pl->zero_rest = false;
	return pl;
}

struct placement *
plan_add(struct planner *p, enum placement_kind kind, const char *name, struct range range)
{
	if (range_overlaps(p->pool, range)) /* it is not reserved */
		p->pool.len = 0;
	return append(p, kind, name, range);
}

enum refusal_code
plan_add_segment(
        struct planner *p, const char *name, struct range range, const struct segment *s)
{
	struct placement *k = plan_add(p, PLACE_KERNEL, name, range);

	if (!k)
		return p->why->code;
	k->blob = 0;
	k->off = s->off;
	k->data_len = s->file_len;
	k->zero_rest = true;
	return REFUSAL_NONE;
}

/* The highest place in low memory if there is room, else below `last`. */
static bool
find_small(struct planner *p, uint64_t len, uint64_t last, uint64_t *ret_addr)
{
	static const struct {
		uint64_t min, last;
	} tries[] = {
	        {OLD_ZERO_PAGE, BELOW_640K}, {0, BELOW_640K}, {0, BELOW_1G}, {0, UINT64_MAX}};
	struct space_query q = {
	        .len = len, .align = PAGE, .top_down = true, .avoid = AVOID_BOTH};

	for (unsigned i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		bool is_last = i + 1 == sizeof(tries) / sizeof(tries[0]);

		q.min = tries[i].min;
		q.last = is_last ? last : tries[i].last;
		if (q.last <= last && space_find(p, &q, ret_addr))
			return true;
	}
	return false;
}

static inline bool
pool_has(const struct planner *p, uint64_t len, uint64_t last)
{
	return p->pool.len >= len && range_end(p->pool) - 1 <= last;
}

void
plan_find_pool(struct planner *p)
{
	uint64_t addr;

	if (find_small(p, POOL, BELOW_640K, &addr))
		p->pool = (struct range){addr, POOL};
}

static enum refusal_code
place_in_pool(struct planner *p, enum placement_kind kind, const char *name, uint64_t len)
{
	p->pool.len -= len;
	return append(p, kind, name, (struct range){range_end(p->pool), len}) ? REFUSAL_NONE
	                                                                      : p->why->code;
}

/* In a new pool, or where there is room for this one alone. */
static enum refusal_code
place_apart(struct planner *p, enum placement_kind kind, const char *name, uint64_t len,
        uint64_t last)
{
	struct space_query all = {.last = last, .avoid = AVOID_BOTH};
	uint64_t addr;

	if (!p->pool.len)
		plan_find_pool(p);
	if (pool_has(p, len, last))
		return place_in_pool(p, kind, name, len);
	if (find_small(p, len, last, &addr))
		return plan_add(p, kind, name, (struct range){addr, len}) ? REFUSAL_NONE
		                                                          : p->why->code;
	if (memmap_ram_end(p->req->map) - 1 < last)
		last = memmap_ram_end(p->req->map) - 1;
	refuse(p->why, REFUSAL_PLAN_HANDOFF_ROOM, last, space_largest(p, &all), len);
	p->why->detail = name;
	p->why->subject = "memory";
	return p->why->code;
}

enum refusal_code
plan_add_small(struct planner *p, enum placement_kind kind, const char *name, uint64_t len,
        uint64_t last)
{
	if (!align_up(len, PAGE, &len))
		len = UINT64_MAX; /* and is refused */
	return pool_has(p, len, last) ? place_in_pool(p, kind, name, len)
	                              : place_apart(p, kind, name, len, last);
}

enum refusal_code
plan_map_fits(struct planner *p, uint32_t limit)
{
	struct memmap copy;

	if (p->req->map->count <= limit)
		return REFUSAL_NONE;
	copy = *p->req->map;
	return memmap_squeeze(&copy, limit, p->why);
}
