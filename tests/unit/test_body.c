/* SPDX-License-Identifier: BSD-2-Clause */
/* What each body adds to a request, where kshim.rom puts its tables, and moves made. */
#include "unit.h"

#include <string.h>

#include "stub/body/body.h"
#include "stub/body/make_moves.h"
#include "stub/handoff/entry.h"
#include "stub/handoff/handoff.h"

static void
limits(void **state)
{
	static const struct {
		enum body body;
		bool inside, own_tables;
		uint32_t spare;
	} rows[] = {
	        {BODY_LAUNCHER, false, false, 0},
	        {BODY_PC, true, true, 0},
	        {BODY_EFI, true, false, BODY_EFI_SPARE},
	        {BODY_RISCV, false, false, 0},
	        {BODY_RISCV_GUEST, false, false, 0},
	};
	uint64_t len = BODY_TRAMPOLINE_CODE + sizeof(struct machine_state) +
	               PLAN_MOVES * sizeof(struct move);

	(void)state;
	assert_int_equal(body_trampoline_len(), len);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan_request req = {.trampoline_len = 1, .map_spare = 99};

		body_limits(rows[i].body, &req);
		assert_int_equal(req.trampoline_len, rows[i].inside ? len : 0);
		assert_int_equal(req.own_tables, rows[i].own_tables);
		assert_int_equal(req.map_spare, rows[i].spare);
	}
}

static void
rooms(void **state)
{
	struct range bios = body_bios_data().range, keep;

	(void)state;
	assert_int_equal(bios.addr, 0x9fc00);
	assert_int_equal(range_end(bios), 640 * KIB);
	assert_int_equal(body_efi_map_room(4800, 48), 4800 + BODY_EFI_SPARE * 48);
	keep = body_riscv_keep(0x80200123, 0x80200124);
	assert_int_equal(keep.addr, 0x80200000);
	assert_int_equal(range_end(keep), 0x80400000);
	keep = body_riscv_keep(0x80200000, 0x80400000);
	assert_int_equal(range_end(keep), 0x80400000);
	keep = body_riscv_keep(0, UINT64_MAX); /* nothing to round up to */
	assert_int_equal(range_end(keep), UINT64_MAX);
}

static void
ram_end(void **state)
{
	struct memmap map = {.count = 0};
	struct refusal why;

	(void)state;
	assert_int_equal(memmap_add(&map, MIB, MIB, MEM_RAM, &why), 0);
	assert_int_equal(memmap_add(&map, 2 * MIB, MIB, MEM_RESERVED, &why), 0);
	assert_int_equal(body_ram_end_at(&map, MIB), 2 * MIB);
	assert_int_equal(body_ram_end_at(&map, 2 * MIB - 1), 2 * MIB);
	assert_int_equal(body_ram_end_at(&map, MIB - 1), 0);
	assert_int_equal(body_ram_end_at(&map, 2 * MIB), 0);
	assert_int_equal(body_ram_end_at(&map, 3 * MIB), 0);
}

static void
high_zone(void **state)
{
	static const struct named_range busy[] = {
	        {"a", {15 * MIB, MIB}}, {"b", {14 * MIB + 100, PAGE}}};
	struct range r = body_high_zone(16 * MIB + 5, NULL, 0, MIB);

	(void)state;
	assert_int_equal(r.addr, 15 * MIB);
	assert_int_equal(r.len, MIB);
	r = body_high_zone(16 * MIB, busy, 1, MIB); /* below what is there */
	assert_int_equal(r.addr, 14 * MIB);
	r = body_high_zone(16 * MIB, busy, 2, MIB); /* and again */
	assert_int_equal(range_end(r), 14 * MIB);
	r = body_high_zone(2 * MIB, busy, 2, 4 * MIB); /* as much as there is */
	assert_int_equal(r.addr, MIB);
	assert_int_equal(r.len, MIB);
	r = body_high_zone(MIB, busy, 2, PAGE);
	assert_int_equal(r.len, 0);
}

static enum refusal_code
read_ones(uint32_t handle, const char *what, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	(void)what;
	(void)off;
	if (handle == 9)
		return refuse(ret_why, REFUSAL_BUNDLE_TRUNCATED, off, 0, 0);
	memset(dst, 1, (size_t)len);
	return REFUSAL_NONE;
}

/* The early ones in order; a reader that fails ends them; all of them can be made late. */
static void
moves(void **state)
{
	static struct plan plan;
	uint8_t mem[12] = "abcdefghijk";
	uint64_t at = (uintptr_t)mem;
	struct refusal why;

	(void)state;
	plan.moves = 4;
	plan.move[0] = (struct move){.op = MOVE_COPY, .dst = at, .src = at + 1, .len = 3};
	plan.move[1] = (struct move){.op = MOVE_READ, .dst = at + 4, .len = 2};
	plan.move[2] = (struct move){.op = MOVE_ZERO, .dst = at + 6, .len = 2};
	plan.move[3] = (struct move){.op = MOVE_ZERO, .dst = at + 8, .len = 2, .late = true};
	assert_int_equal(moves_do_early(&plan, read_ones, &why), REFUSAL_NONE);
	assert_memory_equal(mem, "bcdd\1\1\0\0ijk", 12);
	plan.move[1].handle = 9;
	mem[6] = 'x';
	assert_int_equal(moves_do_early(&plan, read_ones, &why), REFUSAL_BUNDLE_TRUNCATED);
	assert_int_equal(mem[6], 'x');
	moves_make_late(&plan);
	for (unsigned i = 0; i < plan.moves; i++)
		assert_true(plan.move[i].late);
	assert_int_equal(moves_do_early(&plan, read_ones, &why), REFUSAL_NONE);
}

/* Which placements handoff_write() writes; the executor fills or moves the others. */
static void
who_writes(void **state)
{
	(void)state;
	for (unsigned kind = PLACE_KERNEL; kind <= PLACE_FDT; kind++) {
		struct placement p = {.kind = (enum placement_kind)kind};
		bool by_handoff = kind >= PLACE_CMDLINE && kind <= PLACE_PAGE_TABLES;

		assert_int_equal(handoff_writes(&p), by_handoff);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(limits),
	        cmocka_unit_test(rooms),
	        cmocka_unit_test(ram_end),
	        cmocka_unit_test(high_zone),
	        cmocka_unit_test(moves),
	        cmocka_unit_test(who_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
