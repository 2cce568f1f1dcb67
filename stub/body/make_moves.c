/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies, reads and zeroes as the plan says. Promises nothing about order but to keep it: that
 * no source is overwritten before it is used is the plan's work (stub/plan/plan_moves.c).
 */
#include "make_moves.h"

static enum refusal_code
do_move(const struct move *m, moves_reader *read, struct refusal *ret_why)
{
	void *dst = (void *)(uintptr_t)m->dst;

	switch (m->op) {
	case MOVE_COPY:
		memmove(dst, (const void *)(uintptr_t)m->src, (size_t)m->len);
		break;
	case MOVE_READ:
		return read(m->handle, "to be loaded", m->src, dst, m->len, ret_why);
	case MOVE_ZERO:
		memset(dst, 0, (size_t)m->len);
		break;
	}
	return REFUSAL_NONE;
}

enum refusal_code
moves_do_early(const struct plan *plan, moves_reader *read, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < plan->moves; i++) {
		if (!plan->move[i].late)
			code = do_move(&plan->move[i], read, ret_why);
	}
	return code;
}

void
moves_make_late(struct plan *plan)
{
	for (uint32_t i = 0; i < plan->moves; i++)
		plan->move[i].late = true;
}
