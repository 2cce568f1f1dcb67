/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search for room against one that looks at every page: random maps, obstacles and queries
 * in the first 1.5 MiB, so that page 0 and the BIOS area are among them.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "stub/plan/planner.h"

#define PAGES 384
#define SPACE (PAGES * PAGE)
#define CASES 4000

static struct memmap map;
static struct plan plan;
static struct plan_request req;
static struct named_range fixed[3], busy[3];
static struct planner planner = {.req = &req, .plan = &plan};

/* Numerical Recipes' generator: the same sequence everywhere. */
static uint64_t
below(uint64_t n)
{
	static uint32_t state = 7;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % n;
}

/* Mostly in whole pages; sometimes empty. */
static struct range
any_range(uint64_t most_pages)
{
	uint64_t unit = below(3) ? PAGE : 100, len = below(most_pages * PAGE / unit) * unit;

	return (struct range){below((SPACE - len) / unit) * unit, len};
}

static void
any_case(void)
{
	struct refusal why;

	memset(&req, 0, sizeof(req));
	map.count = plan.placements = 0;
	for (uint64_t n = 1 + below(4); n; n--) {
		struct range r = any_range(PAGES);

		memmap_add(&map, r.addr, r.len, below(4) ? MEM_RAM : MEM_RESERVED, &why);
	}
	req.map = &map;
	req.fixed = fixed;
	req.busy = busy;
	req.nr_fixed = (uint32_t)below(3);
	req.nr_busy = (uint32_t)below(3);
	req.blobs = (uint32_t)below(4);
	plan.placements = (uint32_t)below(5);
	for (unsigned i = 0; i < 3; i++) {
		fixed[i] = (struct named_range){"fixed", any_range(20)};
		busy[i] = (struct named_range){"busy", any_range(20)};
	}
	for (uint32_t i = 0; i < plan.placements; i++)
		plan.placement[i].range = any_range(30);
	for (uint32_t i = 0; i < req.blobs; i++) {
		struct range r = any_range(40);

		req.blob[i] = (struct blob){.where = below(4) ? BLOB_SPACE : BLOB_STREAM,
		        .addr = r.addr,
		        .size = r.len};
	}
}

static struct space_query
any_query(void)
{
	struct space_query q = {.len = 1 + below(below(2) ? 10 * PAGE : 90 * PAGE),
	        .align = PAGE << below(5),
	        .last = below(2) ? UINT64_MAX : below(SPACE),
	        .min = below(2) ? 0 : below(SPACE),
	        .top_down = below(2),
	        .avoid = (unsigned)below(4)};

	if (below(2))
		q.phase = below(q.align);
	return q;
}

static void
take_pages(bool *free, struct range r)
{
	for (uint64_t page = r.addr / PAGE; r.len && page <= (range_end(r) - 1) / PAGE; page++)
		free[page] = false;
}

/* What the query may use, page by page. */
static void
look_at_pages(const struct space_query *q, bool *free)
{
	for (uint64_t i = 0; i < PAGES; i++) {
		struct range page = {i * PAGE, PAGE};

		free[i] = memmap_is_ram(&map, page) && page.addr >= q->min &&
		          range_end(page) - 1 <= q->last && i &&
		          (page.addr < 640 * KIB || page.addr >= MIB);
	}
	for (uint32_t i = 0; i < req.nr_fixed; i++)
		take_pages(free, fixed[i].range);
	for (uint32_t i = 0; i < req.nr_busy && q->avoid & AVOID_BUSY; i++)
		take_pages(free, busy[i].range);
	for (uint32_t i = 0; i < plan.placements; i++)
		take_pages(free, plan.placement[i].range);
	for (uint32_t i = 0; i < req.blobs && q->avoid & AVOID_SOURCES; i++) {
		if (req.blob[i].where == BLOB_SPACE)
			take_pages(free, (struct range){req.blob[i].addr, req.blob[i].size});
	}
}

static bool
all_free(const bool *free, uint64_t addr, uint64_t len)
{
	for (uint64_t page = addr / PAGE; page <= (addr + len - 1) / PAGE; page++) {
		if (page >= PAGES || !free[page])
			return false;
	}
	return true;
}

static bool
find_by_pages(const struct space_query *q, const bool *free, uint64_t *ret_addr)
{
	bool found = false;

	for (uint64_t a = q->phase; a < SPACE && (!found || q->top_down); a += q->align) {
		if (all_free(free, a, q->len)) {
			*ret_addr = a;
			found = true;
		}
	}
	return found;
}

static uint64_t
largest_by_pages(const bool *free)
{
	uint64_t largest = 0, run = 0;

	for (uint64_t i = 0; i < PAGES; i++) {
		run = free[i] ? run + PAGE : 0;
		if (run > largest)
			largest = run;
	}
	return largest;
}

static void
as_page_by_page(void **state)
{
	unsigned found = 0;

	(void)state;
	for (unsigned i = 0; i < CASES; i++) {
		struct space_query q = any_query();
		uint64_t got = 0, want = 0;
		bool free[PAGES], is_found;

		any_case();
		look_at_pages(&q, free);
		is_found = find_by_pages(&q, free, &want);
		assert_int_equal(space_find(&planner, &q, &got), is_found);
		if (is_found)
			assert_int_equal(got, want);
		assert_int_equal(space_largest(&planner, &q), largest_by_pages(free));
		found += is_found;
	}
	assert_in_range(found, CASES / 5, CASES * 4 / 5); /* or the cases are no good */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(as_page_by_page)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
