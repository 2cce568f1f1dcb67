/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moves are put into an order in which each byte comes from where it should: no source is
 * overwritten before it has been read, a circle is broken by staging, and the search ends.
 * A byte is traced back through the ordered moves, which says where it came from.
 *
 * Inputs: order_moves() for the early moves, with every two moves of addresses and lengths
 * below 4, of each kind, whose destinations do not overlap; room for staging, in a page of its
 * own, that is found, is not found, or cannot be entered in the plan.
 * Not covered: more than two moves, whatever is late (busy memory), a full table of moves.
 * There are more moves in the table than a loop may reach, so that none is cut off.
 *
 * unwind: 4
 * shrink: PLAN_PLACEMENTS=2 PLAN_BLOBS=2 PLAN_MOVES=8 PLAN_MAPPED=1 PAGE=16
 */
#include "prove.h"
#include "stub/plan/plan_moves.c"

#define GIVEN   2  /* moves to be put into order */
#define MOST    3  /* and with the one that stages */
#define NUMBERS 4u /* addresses and lengths, a power of two */

PROVE_REFUSE

static struct plan_request req;
static struct plan plan = {.moves = GIVEN};
static struct refusal why;
static uint32_t rooms; /* that were found for staging so far */

/* Where a byte is before the moves: at an address, at an offset of a stream, or it is zero. */
struct origin {
	enum move_op op;
	uint64_t at;
	uint32_t handle;
};

static uint32_t
index_of(const void *place)
{
	return (uint32_t)((const struct move *)place - plan.move);
}

/* Of whole moves, within the table: CBMC's own moves bytes, which takes it hours. */
void *
memmove(void *dst, const void *src, size_t n)
{
	uint32_t to = index_of(dst), from = index_of(src);
	struct move old[PLAN_MOVES];

	PROVE(to < PLAN_MOVES && n <= (PLAN_MOVES - to) * sizeof(plan.move[0]),
	        "moves are shifted within the table");
	PROVE(from < PLAN_MOVES && n <= (PLAN_MOVES - from) * sizeof(plan.move[0]),
	        "the moves that are shifted are in the table");
	PROVE(n % sizeof(plan.move[0]) == 0 && n <= MOST * sizeof(plan.move[0]),
	        "they are shifted as a whole");
	for (uint32_t i = 0; i < MOST; i++)
		old[i] = plan.move[from + i];
	for (uint32_t i = 0; i < MOST; i++) {
		if (i * sizeof(plan.move[0]) < n)
			plan.move[to + i] = old[i];
	}
	return dst;
}

bool
space_find(const struct planner *p, const struct space_query *q, uint64_t *ret_addr)
{
	if (any_u64() & 1)
		return false;
	PROVE(p->plan == &plan && q->avoid == AVOID_BOTH && q->len == PAGE,
	        "room is asked for apart from sources and busy memory");
	*ret_addr = ++rooms * PAGE;
	return true;
}

uint64_t
space_largest(const struct planner *p, const struct space_query *q)
{
	(void)p;
	(void)q;
	return any_u64();
}

struct placement *
plan_add(struct planner *p, enum placement_kind kind, const char *name, struct range range)
{
	(void)name;
	PROVE(kind == PLACE_STAGE && range.addr == rooms * PAGE && range.len == PAGE,
	        "the room that was found is entered in the plan");
	if (any_u64() & 1)
		return &p->plan->placement[0];
	why.code = REFUSAL_PLAN_TOO_MANY;
	return NULL;
}

/* Where byte `x`, which move `m` writes, comes from. */
static struct origin
origin_by(struct move m, uint64_t x)
{
	return (struct origin){m.op, m.op == MOVE_ZERO ? 0 : m.src + (x - m.dst),
	        m.op == MOVE_READ ? m.handle : 0};
}

/* Where byte `x` comes from after all moves, one after the other. */
static struct origin
trace(uint64_t x)
{
	struct origin o = {MOVE_COPY, x, 0};

	for (uint32_t i = MOST; i; i--) {
		struct move m = plan.move[i - 1];

		if (i <= plan.moves && o.op == MOVE_COPY && holds(destination(&m), o.at))
			o = origin_by(m, o.at);
	}
	return o;
}

static uint64_t
any_number(void)
{
	return any_u64() & (NUMBERS - 1);
}

static struct move
any_move(void)
{
	struct move m = {.op = any_number(),
	        .dst = any_number(),
	        .len = any_number(),
	        .src = any_number(),
	        .handle = any_number()};

	ASSUME(m.op <= MOVE_ZERO && m.len);
	return m;
}

int
main(void)
{
	struct planner p = {.req = &req, .plan = &plan, .why = &why};
	uint64_t x = any_u64() & (2 * NUMBERS - 1);
	struct origin wanted = {MOVE_COPY, x, 0}, found;
	uint32_t border = 0, done = 0;

	for (uint32_t i = 0; i < GIVEN; i++) {
		struct move m = any_move();

		ASSUME(!i || !range_overlaps(destination(&m), destination(&plan.move[0])));
		if (holds(destination(&m), x))
			wanted = origin_by(m, x);
		plan.move[i] = m;
	}
	if (!order_moves(&p, false, &border, &done)) {
		PROVE(why.code == REFUSAL_PLAN_TOO_MANY || why.code == REFUSAL_PLAN_STAGE_ROOM,
		        "moves are refused only for want of room to stage one");
		return 0;
	}
	PROVE(plan.moves <= MOST && done == plan.moves && border == done,
	        "all moves are in order, and one at the most is staged");
	found = trace(x);
	PROVE(found.op == wanted.op && found.at == wanted.at && found.handle == wanted.handle,
	        "each byte comes from where it should");
}
