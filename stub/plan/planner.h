/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the planner's files only: the plan under construction and the search for room.
 *
 * plan.c lists the steps, plan_kernel.c and plan_initrd.c decide their own part, plan_pages.c
 * what is mapped, space.c finds room, plan_moves.c orders the moves, planner.c keeps the plan.
 */
#ifndef KSHIM_PLANNER_H
#define KSHIM_PLANNER_H

#include "plan.h"

#define BELOW_640K    (640 * KIB - 1)
#define OLD_ZERO_PAGE 0x90000ull /* protocols 2.00 and 2.01 want it there */
#define BELOW_1G      (1 * GIB - 1)
#define BELOW_4G      (4 * GIB - 1)
#define PVH_LINUX_MAP 126 /* Linux copies into 128 and adds the ISA hole below 127 */

struct planner {
	const struct plan_request *req;
	struct plan *plan;
	struct refusal *why;
	struct range pool; /* free low memory that was found at once for small structures */
};

/*
 * Begin a plan; the steps of a machine follow, each of them one decision. Like each step it
 * returns REFUSAL_NONE, or has filled *ret_why. Errors: REFUSAL_MAP_NONE, REFUSAL_MAP_NO_RAM.
 */
enum refusal_code plan_begin(struct planner *p, const struct plan_request *req,
        struct plan *ret_plan, struct refusal *ret_why);

/* What a search for room keeps away from, beyond what is fixed or already placed. */
enum space_avoid {
	AVOID_NOTHING = 0,
	AVOID_SOURCES = 1, /* blobs in the space, whether they will be moved or not */
	AVOID_BUSY = 2,    /* the executor's own memory */
	AVOID_BOTH = AVOID_SOURCES | AVOID_BUSY,
};

struct space_query {
	uint64_t len;       /* bytes */
	uint64_t align;     /* power of two, at least a page */
	uint64_t phase;     /* the address is `phase` more than a multiple of `align` */
	uint64_t min, last; /* first and last byte that may be used */
	bool top_down;      /* the highest place instead of the lowest */
	unsigned avoid;     /* enum space_avoid */
};

/*
 * Find room in RAM. Never used: page 0 (the BIOS data area's), 640 KiB to 1 MiB. Obstacles are
 * widened to whole pages. Returns false if there is none.
 */
bool space_find(const struct planner *p, const struct space_query *q, uint64_t *ret_addr);

/* For a kernel: apart from sources and busy memory if that can be, else over them. */
bool space_find_rather_apart(
        const struct planner *p, struct space_query *q, uint64_t *ret_addr);

/* The longest free piece within the query's limits, bytes: what a refusal tells. */
uint64_t space_largest(const struct planner *p, const struct space_query *q);

/* Is all of `r` RAM that is neither fixed nor placed? If not *ret_blocker says what is there.
 */
bool space_is_free(const struct planner *p, struct range r, struct named_range *ret_blocker);

/* Append a placement that comes from no blob; NULL with the refusal set if the table is full.
 */
struct placement *plan_add(
        struct planner *p, enum placement_kind kind, const char *name, struct range range);

/* Append one of the kernel's segments at `range`, zeros behind its bytes. Errors: plan_add()'s.
 */
enum refusal_code plan_add_segment(
        struct planner *p, const char *name, struct range range, const struct segment *s);

/* Find room for the small structures together; without it each goes where there is room. */
void plan_find_pool(struct planner *p);

/*
 * The same for a structure that handoff_write() or the executor writes: in low memory if there
 * is room, not beyond `last`. Errors: REFUSAL_PLAN_HANDOFF_ROOM.
 */
enum refusal_code plan_add_small(struct planner *p, enum placement_kind kind, const char *name,
        uint64_t len, uint64_t last);

/* Can the map be brought down to `limit` entries? Errors: REFUSAL_MAP_TOO_MANY. */
enum refusal_code plan_map_fits(struct planner *p, uint32_t limit);

enum refusal_code plan_kernel(struct planner *p);
enum refusal_code plan_initrds(struct planner *p);
enum refusal_code plan_moves(struct planner *p);
enum refusal_code plan_pages(struct planner *p);

#endif
