/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fills the trampoline's place: its code (trampoline.asm), the machine state, the late moves.
 *
 * All three lie in one placement, one after the other, which the plan keeps apart from whatever
 * the moves overwrite and which its page tables map. Knows nothing of who runs it.
 */
#include "x86/cpu/jump.h"
#include "stub/base/bytes.h"
#include "stub/body/body.h"
#include "stub/handoff/entry.h"

typedef void trampoline_code(const struct machine_state *state, const struct move *late,
        uint64_t count, uint64_t page_tables);

/* trampoline.asm: BODY_TRAMPOLINE_CODE bytes; from trampoline_moves on for late moves only */
extern const uint8_t trampoline_start[], trampoline_moves[];

static uint64_t
copy_late_moves(const struct plan *plan, struct move *out)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < plan->moves; i++) {
		if (plan->move[i].late)
			out[count++] = plan->move[i];
	}
	return count;
}

void
jump_to_kernel(const struct plan *plan)
{
	uint64_t addr = plan_find(plan, PLACE_TRAMPOLINE)->range.addr;
	trampoline_code *run = (trampoline_code *)(uintptr_t)addr;
	struct machine_state *state =
	        (struct machine_state *)(uintptr_t)(addr + BODY_TRAMPOLINE_CODE);
	struct move *late = (struct move *)(state + 1);
	uint64_t count = copy_late_moves(plan, late);
	uintptr_t end = count ? (uintptr_t)trampoline_start + BODY_TRAMPOLINE_CODE
	                      : (uintptr_t)trampoline_moves;

	memcpy((void *)(uintptr_t)addr, trampoline_start, end - (uintptr_t)trampoline_start);
	entry_state(plan, state);
	run(state, late, count, state->cr3);
}
