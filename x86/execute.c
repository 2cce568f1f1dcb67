/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries out a plan: structures, early moves, trampoline, jump. Decides nothing.
 *
 * The structures' places are free of sources and of ourselves, so they are written first. The
 * trampoline's place gets, one after the other, its code, the machine state and the late
 * moves; it switches to the plan's page tables, which map all of that.
 */
#include "stub/handoff.h"
#include "x86/boot.h"
#include "x86/reach.h"

typedef void trampoline_code(const struct machine_state *state, const struct move *late,
        uint64_t count, uint64_t page_tables);

/* trampoline.asm; its length is a multiple of 16 */
extern const uint8_t trampoline_start[], trampoline_end[];

static uint64_t
code_len(void)
{
	return (uintptr_t)trampoline_end - (uintptr_t)trampoline_start;
}

uint64_t
execute_trampoline_len(void)
{
	return code_len() + sizeof(struct machine_state) + PLAN_MOVES * sizeof(struct move);
}

enum refusal_code
execute_prepare(const struct boot *b, struct refusal *ret_why)
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
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < b->plan.placements; i++) {
		const struct placement *p = &b->plan.placement[i];

		if (p->kind >= PLACE_CMDLINE && p->kind <= PLACE_PAGE_TABLES)
			code = handoff_write(&b->request, &b->plan, &b->map, p,
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
		return fw_cfg_read(m->handle, "to be loaded", m->src, dst, m->len, ret_why);
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

/* Fill the trampoline's place and go there, for good. */
static void
jump(const struct plan *plan)
{
	uint64_t addr = plan_find(plan, PLACE_TRAMPOLINE)->range.addr;
	trampoline_code *run = (trampoline_code *)(uintptr_t)addr;
	struct machine_state *state = (struct machine_state *)(uintptr_t)(addr + code_len());
	struct move *late = (struct move *)(state + 1);
	uint64_t count = 0;

	memcpy((void *)(uintptr_t)addr, trampoline_start, code_len());
	entry_state(plan, state);
	for (uint32_t i = 0; i < plan->moves; i++) {
		if (plan->move[i].late)
			late[count++] = plan->move[i];
	}
	run(state, late, count, plan_find(plan, PLACE_PAGE_TABLES)->range.addr);
}

enum refusal_code
execute(const struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = write_structures(b, ret_why);

	if (!code)
		code = do_early_moves(&b->plan, ret_why);
	if (!code)
		jump(&b->plan);
	return code;
}
