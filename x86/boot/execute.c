/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries out a plan: structures, early moves, trampoline, jump. Decides nothing.
 *
 * The structures' places are free of sources and of ourselves, so they are written first. What
 * lands on ourselves is left to the trampoline.
 */
#include "stub/body/make_moves.h"
#include "stub/handoff/handoff.h"
#include "x86/boot/boot.h"
#include "x86/boot/reach.h"
#include "x86/cpu/jump.h"

enum refusal_code
execute_prepare(struct boot *b, struct refusal *ret_why)
{
	const struct placement *p = b->plan.placement, *end = p + b->plan.placements;
	enum refusal_code code;

	if (memmap_ram_end(&b->map) <= 4 * GIB) /* and within reach from the start */
		return REFUSAL_NONE;
	for (; p < end; p++) {
		code = reach(p->name, p->range.addr, p->range.len, ret_why);
		if (code)
			return code;
	}
	return REFUSAL_NONE;
}

static enum refusal_code
write_structures(const struct boot *b, struct refusal *ret_why)
{
	const struct placement *p = b->plan.placement, *end = p + b->plan.placements;
	enum refusal_code code = REFUSAL_NONE;

	for (; !code && p < end; p++) {
		uint8_t *out = (uint8_t *)(uintptr_t)p->range.addr;

		if (!handoff_writes(p))
			continue;
		if (!range_contains(b->zeroed, p->range))
			memset(out, 0, p->range.len);
		code = handoff_write_to_zeros(&b->request, &b->plan, &b->map, p, out, ret_why);
	}
	return code;
}

/* The kernel has its copy, in the setup data; the memory that these lie in is not zeroed. */
static void
wipe_seeds(struct boot *b)
{
	memset(b->seed, 0, sizeof(b->seed));
	memset(b->launcher.seed, 0, sizeof(b->launcher.seed));
	__asm__ volatile("" : : : "memory"); /* so that the compiler does not leave it out */
}

enum refusal_code
execute(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = write_structures(b, ret_why);

	if (!code)
		code = moves_do_early(&b->plan, b->sources.file.read, ret_why);
	if (!code) {
		if (b->sources.by_entry)
			b->other->stop();
		wipe_seeds(b);
		reach_execute(plan_find(&b->plan, PLACE_TRAMPOLINE)->range);
		jump_to_kernel(&b->plan);
	}
	return code;
}
