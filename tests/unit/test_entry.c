/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine state of each protocol, and the GDT: its descriptors say what the state says. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "stub/handoff/entry.h"

#define ENTRY 0x1000200ull

static struct plan
plan_for(enum protocol protocol)
{
	struct plan plan = {.protocol = protocol, .entry = ENTRY};
	static const struct placement parts[] = {
	        {.kind = PLACE_KERNEL, .range = {0x1000000, 0x100000}},
	        {.kind = PLACE_ZERO_PAGE, .range = {0x9e000, 0x1000}},
	        {.kind = PLACE_START_INFO, .range = {0x9d000, 0x1000}},
	        {.kind = PLACE_GDT, .range = {0x9c000, 0x2000}},
	        {.kind = PLACE_PAGE_TABLES, .range = {0x90000, 0x6000}},
	};

	plan.placements = 4; /* no page tables */
	memcpy(plan.placement, parts, sizeof(parts));
	if (protocol == PROTOCOL_PVH)
		plan.placement[1].kind = PLACE_CMDLINE;
	else
		plan.placement[2].kind = PLACE_CMDLINE;
	if (protocol == PROTOCOL_LINUX64)
		plan.placements = 5;
	return plan;
}

static void
assert_segment(
        const struct segment_state *s, uint16_t selector, uint16_t access, uint32_t limit)
{
	assert_int_equal(s->selector, selector);
	assert_int_equal(s->access, access);
	assert_int_equal(s->limit, limit);
	assert_int_equal(s->base, 0);
}

/* What is the same whatever the protocol. */
static void
assert_common(const struct machine_state *s)
{
	assert_int_equal(s->rip, ENTRY);
	assert_int_equal(s->rsp, 0x9e000);
	assert_int_equal(s->rflags, 2);
	assert_int_equal(s->gdt_base, 0x9c000);
	assert_int_equal(s->gdt_limit, 0x2f);
	assert_int_equal(s->rax | s->rcx | s->rdx | s->rdi | s->rbp, 0);
	assert_segment(&s->data, 0x18, 0xc093, 0xffffffff);
	assert_segment(&s->tr, 0x20, 0x008b, 0x67);
}

static void
pvh(void **state)
{
	struct plan plan = plan_for(PROTOCOL_PVH);
	struct machine_state s;

	(void)state;
	entry_state(&plan, &s);
	assert_common(&s);
	assert_int_equal(s.bits, 32);
	assert_int_equal(s.rbx, 0x9d000);
	assert_int_equal(s.rsi, 0);
	assert_int_equal(s.cr0, 0x11);
	assert_int_equal(s.cr3 | s.cr4 | s.efer, 0);
	assert_segment(&s.cs, 0x10, 0xc09b, 0xffffffff);
}

static void
linux32(void **state)
{
	struct plan plan = plan_for(PROTOCOL_LINUX32);
	struct machine_state s;

	(void)state;
	entry_state(&plan, &s);
	assert_common(&s);
	assert_int_equal(s.bits, 32);
	assert_int_equal(s.rsi, 0x9e000);
	assert_int_equal(s.rbx, 0);
	assert_int_equal(s.cr0, 0x11);
	assert_int_equal(s.cr3 | s.cr4 | s.efer, 0);
	assert_segment(&s.cs, 0x10, 0xc09b, 0xffffffff);
}

static void
linux64(void **state)
{
	struct plan plan = plan_for(PROTOCOL_LINUX64);
	struct machine_state s;

	(void)state;
	entry_state(&plan, &s);
	assert_common(&s);
	assert_int_equal(s.bits, 64);
	assert_int_equal(s.rsi, 0x9e000);
	assert_int_equal(s.rbx, 0);
	assert_int_equal(s.cr0, 0x80000011);
	assert_int_equal(s.cr3, 0x90000);
	assert_int_equal(s.cr4, 0x20);
	assert_int_equal(s.efer, 0x500);
	assert_segment(&s.cs, 0x10, 0xa09b, 0xffffffff);
}

/* A descriptor taken apart by the SDM's figure 3-8, not by entry.c's arithmetic. */
static struct segment_state
parse(const uint8_t *gdt, uint16_t selector)
{
	const uint8_t *d = gdt + selector;
	struct segment_state s = {.selector = selector};

	s.limit = d[0] | (uint32_t)d[1] << 8 | (d[6] & 0xfu) << 16;
	s.base = d[2] | (uint32_t)d[3] << 8 | (uint32_t)d[4] << 16 | (uint32_t)d[7] << 24;
	s.access = (uint16_t)(d[5] | (d[6] & 0xf0) << 8);
	if (d[6] & 0x80)
		s.limit = s.limit << 12 | 0xfff;
	return s;
}

static void
gdt_holds_what_the_state_says(void **state)
{
	static const enum protocol all[] = {PROTOCOL_PVH, PROTOCOL_LINUX32, PROTOCOL_LINUX64};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct plan plan = plan_for(all[i]);
		struct machine_state s;
		struct segment_state got;
		uint8_t *gdt = malloc(ENTRY_GDT_LEN), zero[16] = {0};

		entry_state(&plan, &s);
		memset(gdt, 0xff, ENTRY_GDT_LEN);
		entry_gdt(&plan, gdt);
		assert_memory_equal(gdt, zero, 16);
		got = parse(gdt, ENTRY_CS);
		assert_segment(&got, s.cs.selector, s.cs.access, s.cs.limit);
		got = parse(gdt, ENTRY_DS);
		assert_segment(&got, s.data.selector, s.data.access, s.data.limit);
		got = parse(gdt, ENTRY_TR); /* available, so that ltr takes it */
		assert_segment(&got, s.tr.selector, 0x0089, s.tr.limit);
		assert_memory_equal(gdt + ENTRY_TR + 8, zero, 8);
		free(gdt);
	}
}

static void
bare_plan(void **state)
{
	struct plan plan = {.protocol = PROTOCOL_LINUX32, .entry = 5};
	struct machine_state s;

	(void)state;
	entry_state(&plan, &s);
	assert_int_equal(s.rip, 5);
	assert_int_equal(s.rsp | s.rsi | s.gdt_base | s.cr3, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(pvh),
	        cmocka_unit_test(linux32),
	        cmocka_unit_test(linux64),
	        cmocka_unit_test(gdt_holds_what_the_state_says),
	        cmocka_unit_test(bare_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
