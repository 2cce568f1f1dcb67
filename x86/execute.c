/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries out a plan: structures, early moves, trampoline, jump. Decides nothing.
 *
 * The structures' places are free of sources and of ourselves, so they are written first. What
 * lands on ourselves is left to the trampoline.
 */
#include "stub/handoff.h"
#include "x86/boot.h"
#include "x86/jump.h"
#include "x86/reach.h"

enum refusal_code
execute_prepare(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < b->plan.placements; i++) {
		const struct placement *p = &b->plan.placement[i];

		code = reach(p->name, p->range.addr, p->range.len, ret_why);
	}
	return code;
}

static enum refusal_code
write_structures(const struct boot *b, struct refusal *ret_why)
{
	enum refusal_code (*write)(const struct plan_request *, const struct plan *,
	        const struct memmap *, const struct placement *, uint8_t *, struct refusal *);
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < b->plan.placements; i++) {
		const struct placement *p = &b->plan.placement[i];

		if (p->kind < PLACE_CMDLINE || p->kind > PLACE_PAGE_TABLES)
			continue;
		write = range_contains(b->zeroed, p->range) ? handoff_write_to_zeros
		                                            : handoff_write;
		code = write(&b->request, &b->plan, &b->map, p,
		        (uint8_t *)(uintptr_t)p->range.addr, ret_why);
	}
	return code;
}

static enum refusal_code
do_move(const struct move *m, struct refusal *ret_why)
{
	void *dst = (void *)(uintptr_t)m->dst;

	switch (m->op) {
	case MOVE_COPY:
		memmove(dst, (const void *)(uintptr_t)m->src, m->len);
		break;
	case MOVE_READ:
		return fw_cfg_stream(m->handle, "to be loaded", m->src, dst, m->len, ret_why);
	case MOVE_ZERO:
		memset(dst, 0, m->len);
		break;
	}
	return REFUSAL_NONE;
}

static enum refusal_code
do_early_moves(const struct plan *plan, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < plan->moves; i++) {
		if (!plan->move[i].late)
			code = do_move(&plan->move[i], ret_why);
	}
	return code;
}

enum refusal_code
execute(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = write_structures(b, ret_why);

	if (!code)
		code = do_early_moves(&b->plan, ret_why);
	if (!code)
		jump_to_kernel(&b->plan);
	return code;
}
