/* SPDX-License-Identifier: BSD-2-Clause */
/* G-stage tables, read back by a software walker written from the privileged specification. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "stub/riscv/gstage.h"

#define PAGES     16
#define POOL_ADDR 0x80240000ull

struct tables {
	uint64_t pool[PAGES * 512];
	struct gstage g;
	struct refusal why;
};

static struct tables *
start(unsigned mode, uint32_t pages)
{
	struct tables *t = malloc(sizeof(*t));

	memset(t->pool, 0xff, sizeof(t->pool)); /* what is not cleared shows */
	gstage_init(&t->g, mode, t->pool, POOL_ADDR, pages);
	return t;
}

/* The algorithm of 4.3.2 with the changes of 8.5.1. *ret_addr is the translation; the result is
 * the leaf entry, 0 for a fault. */
static uint64_t
walk(const struct tables *t, uint64_t gpa, uint64_t *ret_addr)
{
	int levels = t->g.mode == GSTAGE_SV48X4 ? 4 : 3;
	uint64_t table = (gstage_hgatp(&t->g, 0) & ((1ull << 44) - 1)) << 12;

	if (gpa >> (12 + 9 * levels + 2))
		return 0;
	for (int i = levels - 1; i >= 0; i--) {
		uint64_t bits = i == levels - 1 ? 11 : 9;
		uint64_t vpn = gpa >> (12 + 9 * i) & ((1ull << bits) - 1);
		uint64_t pte = t->pool[(table - POOL_ADDR) / 8 + vpn];
		uint64_t low = (1ull << (12 + 9 * i)) - 1;

		if (!(pte & 1) || (pte & 6) == 4 || pte >> 54)
			return 0;
		table = (pte >> 10 & ((1ull << 44) - 1)) << 12;
		if (!(pte & 0xe)) {
			assert_int_equal(pte & 0xd0, 0); /* U, A, D are reserved here */
			continue;
		}
		if (table & low) /* a misaligned superpage */
			return 0;
		*ret_addr = table | (gpa & low);
		return pte;
	}
	return 0;
}

static void
check(const struct tables *t, uint64_t gpa, unsigned perm)
{
	uint64_t addr = 0, pte = walk(t, gpa, &addr);

	if (!perm) {
		assert_int_equal(pte, 0);
		return;
	}
	assert_int_equal(addr, gpa);
	assert_int_equal(pte & 0xe, perm);
	assert_int_equal(pte & 0xd1, 0xd1); /* V U A D */
}

static void
map(struct tables *t, uint64_t addr, uint64_t len, enum gstage_perm perm)
{
	assert_int_equal(gstage_map(&t->g, "x", (struct range){addr, len}, perm, &t->why), 0);
}

/* A machine as QEMU's virt: memory with a hole for kshim, a page of UART. */
static void
maps_only_what_was_asked(void **state)
{
	static const unsigned modes[] = {GSTAGE_SV39X4, GSTAGE_SV48X4};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct tables *t = start(modes[i], PAGES);

		map(t, 0x80400000, 0x3fc00000, GSTAGE_RWX);
		map(t, 0xc0000000, 0x40001000, GSTAGE_RWX);
		map(t, 0x10000000, 0x100, GSTAGE_RW);
		check(t, 0x80400000, GSTAGE_RWX);
		check(t, 0x803fffff, 0);
		check(t, 0x80200000, 0);
		check(t, POOL_ADDR, 0);
		check(t, 0xbfffffff, GSTAGE_RWX);
		check(t, 0xc0000000, GSTAGE_RWX);
		check(t, 0x100000fff, GSTAGE_RWX);
		check(t, 0x100001000, 0);
		check(t, 0x10000000, GSTAGE_RW);
		check(t, 0x10000fff, GSTAGE_RW);
		check(t, 0x10001000, 0);
		check(t, 0xffff000, 0);
		check(t, 0, 0);
		free(t);
	}
}

/* A root has 2048 entries: the last one of Sv39x4 is at 2 TiB - 1 GiB. */
static void
reaches_to_the_end(void **state)
{
	struct tables *t = start(GSTAGE_SV39X4, PAGES);
	uint64_t end = 1ull << 41;

	(void)state;
	map(t, end - GIB, GIB, GSTAGE_RWX);
	check(t, end - 1, GSTAGE_RWX);
	check(t, end - GIB - 1, 0);
	assert_int_equal(t->g.used, GSTAGE_ROOT_PAGES);
	assert_int_equal(gstage_map(&t->g, "far", (struct range){end - PAGE, PAGE + 1},
	                         GSTAGE_RWX, &t->why),
	        REFUSAL_GSTAGE_RANGE);
	assert_string_equal(t->why.a.name, "far");
	assert_int_equal(t->why.wanted, end);
	free(t);
	t = start(GSTAGE_SV48X4, PAGES);
	map(t, end - PAGE, 2 * PAGE, GSTAGE_RW);
	check(t, end, GSTAGE_RW);
	assert_int_equal(
	        gstage_map(&t->g, "far", (struct range){1ull << 50, PAGE}, GSTAGE_RWX, &t->why),
	        REFUSAL_GSTAGE_RANGE);
	free(t);
}

static void
pool_has_an_end(void **state)
{
	(void)state;
	for (uint32_t pages = 5; pages <= 7; pages++) { /* one page needs the root and two */
		struct tables *t = start(GSTAGE_SV39X4, pages);
		enum refusal_code code = gstage_map(
		        &t->g, "x", (struct range){0x1000, PAGE}, GSTAGE_RW, &t->why);

		assert_int_equal(code, pages < 6 ? REFUSAL_GSTAGE_ROOM : REFUSAL_NONE);
		assert_true(t->g.used <= pages);
		if (code)
			assert_int_equal(t->why.wanted, pages);
		free(t);
	}
}

static void
hgatp_names_mode_vmid_and_root(void **state)
{
	struct tables *t = start(GSTAGE_SV48X4, PAGES);

	(void)state;
	assert_int_equal(gstage_hgatp(&t->g, 5), 9ull << 60 | 5ull << 44 | POOL_ADDR >> 12);
	assert_int_equal(gstage_mode(5), GSTAGE_SV48X4);
	assert_int_equal(gstage_mode(4), GSTAGE_SV48X4);
	assert_int_equal(gstage_mode(3), GSTAGE_SV39X4);
	assert_int_equal(gstage_mode(0), 0);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(maps_only_what_was_asked),
	        cmocka_unit_test(reaches_to_the_end),
	        cmocka_unit_test(pool_has_an_end),
	        cmocka_unit_test(hgatp_names_mode_vmid_and_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
