/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Orders the moves, so that no source is overwritten before it has been read.
 *
 * Every placement from a blob becomes a copy or a read, and a fill of zeros. X goes before M if
 * M writes where X still has to read. Where that goes round in a circle the smallest source in
 * it is staged: copied to free memory first. What writes to the executor's own (busy) memory,
 * or must follow such a move, is late: the trampoline does it, which cannot read streams, so a
 * stream for there is staged too. Most boots need none of this: they are asked first. Each pass
 * of order_moves() costs n * n; n is about ten.
 */
#include "planner.h"

/* Append a move that is not late; false with the refusal set if the table is full. */
static bool
add_move(struct planner *p, enum move_op op, struct range dst, uint64_t src, uint32_t handle)
{
	struct plan *plan = p->plan;

	if (plan->moves == PLAN_MOVES) {
		refuse(p->why, REFUSAL_PLAN_TOO_MANY, 0, PLAN_MOVES + 1, PLAN_MOVES);
		p->why->detail = "moves";
		return false;
	}
	plan->move[plan->moves++] = (struct move){
	        .op = op, .dst = dst.addr, .len = dst.len, .src = src, .handle = handle};
	return true;
}

static struct range
destination(const struct move *m)
{
	return (struct range){m->dst, m->len};
}

static struct range
source(const struct move *m)
{
	return m->op == MOVE_COPY ? (struct range){m->src, m->len} : (struct range){0, 0};
}

/* Must `x` be done before `m`? */
static bool
goes_before(const struct move *x, const struct move *m)
{
	return x != m && range_overlaps(source(x), destination(m));
}

static bool
writes_busy(const struct planner *p, const struct move *m)
{
	const struct named_range *b = p->req->busy, *end = b + p->req->nr_busy;

	for (; b < end; b++) {
		if (range_overlaps(b->range, destination(m)))
			return true;
	}
	return false;
}

/* What brings a blob's bytes to their place: nothing if they are there. */
static bool
add_moves(struct planner *p, const struct placement *pl)
{
	const struct blob *b = &p->req->blob[pl->blob];
	struct range data = {pl->range.addr, pl->data_len};
	struct range rest = {range_end(data), pl->range.len - data.len};
	bool stream = b->where == BLOB_STREAM;
	uint64_t src = b->addr + pl->off;

	if (data.len && (stream || src != data.addr) &&
	        !add_move(p, stream ? MOVE_READ : MOVE_COPY, data, src, b->handle))
		return false;
	return !rest.len || !pl->zero_rest || add_move(p, MOVE_ZERO, rest, 0, 0);
}

/* The moves that the placements ask for, in no order yet. */
static bool
collect_moves(struct planner *p)
{
	const struct placement *pl = p->plan->placement, *end = pl + p->plan->placements;

	for (; pl < end; pl++) {
		if (pl->blob != PLAN_NO_BLOB && !add_moves(p, pl))
			return false;
	}
	return true;
}

/* May the moves stay as collected: does none write to another's source, or to busy memory? */
static bool
in_order(const struct planner *p)
{
	const struct move *first = p->plan->move, *end = first + p->plan->moves;

	for (const struct move *m = first; m < end; m++) {
		if (writes_busy(p, m))
			return false;
		for (const struct move *x = first; x < end; x++) {
			if (x->op == MOVE_COPY && goes_before(x, m))
				return false;
		}
	}
	return true;
}

/* Mark what the trampoline must do; true if a mark was added. */
static bool
mark_late(struct planner *p)
{
	bool marked = false;

	for (uint32_t i = 0; i < p->plan->moves; i++) {
		struct move *m = &p->plan->move[i];
		bool late = writes_busy(p, m);

		for (uint32_t j = 0; j < p->plan->moves && !late && !m->late; j++)
			late = p->plan->move[j].late && goes_before(&p->plan->move[j], m);
		if (late && !m->late)
			m->late = marked = true;
	}
	return marked;
}

/*
 * Stage the source of move `i`: a new early move fills a free place, and move `i` copies from
 * there. *ret_stage is the new move's index.
 */
static bool
stage(struct planner *p, uint32_t i, uint32_t *ret_stage)
{
	struct plan *plan = p->plan;
	struct space_query q = {
	        .align = PAGE, .last = UINT64_MAX, .top_down = true, .avoid = AVOID_BOTH};
	bool fits = align_up(plan->move[i].len, PAGE, &q.len);
	uint64_t addr;

	if (!fits || !space_find(p, &q, &addr)) {
		refuse(p->why, REFUSAL_PLAN_STAGE_ROOM, 0, fits ? space_largest(p, &q) : 0,
		        plan->move[i].len);
		p->why->subject = "memory";
		return false;
	}
	if (!plan_add(p, PLACE_STAGE, "stage", (struct range){addr, q.len}))
		return false;
	*ret_stage = plan->moves;
	if (!add_move(p, plan->move[i].op, (struct range){addr, plan->move[i].len},
	            plan->move[i].src, plan->move[i].handle))
		return false;
	plan->move[i].op = MOVE_COPY;
	plan->move[i].src = addr;
	return true;
}

/*
 * Move the staging move at index `staged` to the border between what is in order and what is
 * not (or is late): it only reads what is still intact and writes what is free. Everything
 * behind shifts by one.
 */
static void
insert_staging(struct plan *plan, uint32_t staged, uint32_t border)
{
	struct move m = plan->move[staged];

	memmove(&plan->move[border + 1], &plan->move[border],
	        (staged - border) * sizeof(plan->move[0]));
	plan->move[border] = m;
}

/* Reads that must be late are staged; their staging moves come first of all. */
static bool
stage_late_reads(struct planner *p, uint32_t *border)
{
	uint32_t staged;

	for (uint32_t i = *border; i < p->plan->moves; i++) {
		const struct move *m = &p->plan->move[i];

		if (m->op != MOVE_READ || !m->late)
			continue;
		if (!stage(p, i, &staged))
			return false;
		insert_staging(p->plan, staged, *border);
		++*border;
		i++; /* move i is now the next one */
	}
	return true;
}

/* A move among [done, moves) of this lateness that may come next; false if none. */
static bool
next_move(const struct plan *plan, uint32_t done, bool late, uint32_t *ret_i)
{
	for (uint32_t i = done; i < plan->moves; i++) {
		const struct move *m = &plan->move[i];
		bool blocked = m->late != late;

		for (uint32_t j = done; j < plan->moves && !blocked; j++)
			blocked = goes_before(&plan->move[j], m);
		if (!blocked) {
			*ret_i = i;
			return true;
		}
	}
	return false;
}

/* The smallest copy of this lateness that another one waits for. */
static uint32_t
smallest_waited_for(const struct plan *plan, uint32_t done, bool late)
{
	uint32_t best = plan->moves;

	for (uint32_t i = done; i < plan->moves; i++) {
		const struct move *x = &plan->move[i];
		bool waited = false;

		for (uint32_t j = done; j < plan->moves && !waited; j++)
			waited = plan->move[j].late == late && goes_before(x, &plan->move[j]);
		if (waited && x->late == late &&
		        (best == plan->moves || x->len < plan->move[best].len))
			best = i;
	}
	return best;
}

static void
swap_moves(struct plan *plan, uint32_t i, uint32_t j)
{
	struct move m = plan->move[i];

	plan->move[i] = plan->move[j];
	plan->move[j] = m;
}

/*
 * Put the moves of this lateness into order, from index *done on. *border is where the early
 * moves end so far.
 */
static bool
order_moves(struct planner *p, bool late, uint32_t *border, uint32_t *done)
{
	struct plan *plan = p->plan;
	uint32_t left = 0, i;

	for (i = *done; i < plan->moves; i++)
		left += plan->move[i].late == late;
	while (left) {
		if (next_move(plan, *done, late, &i)) {
			swap_moves(plan, *done, i);
			left--;
		} else if (stage(p, smallest_waited_for(plan, *done, late), &i)) {
			insert_staging(plan, i, *border);
			++*border;
		} else {
			return false;
		}
		++*done;
		if (!late)
			*border = *done;
	}
	return true;
}

static enum refusal_code
put_in_order(struct planner *p)
{
	uint32_t border = 0, done;

	while (mark_late(p))
		;
	if (!stage_late_reads(p, &border))
		return p->why->code;
	done = border;
	if (!order_moves(p, false, &border, &done) || !order_moves(p, true, &border, &done))
		return p->why->code;
	return REFUSAL_NONE;
}

enum refusal_code
plan_moves(struct planner *p)
{
	if (!collect_moves(p))
		return p->why->code;
	return in_order(p) ? REFUSAL_NONE : put_in_order(p);
}
