/* SPDX-License-Identifier: BSD-2-Clause */
/* The setup_data list, followed from the zero page as the kernel does, by <asm/bootparam.h>. */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <asm/bootparam.h>

#include "stub/plan/lengths.h"
#include "tests/unit/handoff_bench.h"

static struct handoff_bench b;

/* The list from the zero page's pointer on: each node by its address. */
static const struct setup_data *
node_at(const uint8_t *list, uint64_t addr)
{
	assert_int_equal(addr % 8, 0);
	assert_in_range(addr, HB_SETUP_DATA,
	        HB_SETUP_DATA + hb_placement(&b, PLACE_SETUP_DATA)->range.len -
	                sizeof(struct setup_data));
	return (const struct setup_data *)(list + (addr - HB_SETUP_DATA));
}

static uint64_t
first_node(void)
{
	uint8_t *page = hb_write(&b, PLACE_ZERO_PAGE);
	uint64_t first;

	assert_non_null(page);
	memcpy(&first, page + 0x250, 8);
	free(page);
	return first;
}

static void
assert_spill(const struct setup_data *node)
{
	uint32_t count = b.map.count - 128;

	assert_int_equal(node->type, SETUP_E820_EXT);
	assert_int_equal(node->len, count * 20);
	for (uint32_t i = 0; i < count; i++) {
		struct boot_e820_entry e;

		memcpy(&e, node->data + 20 * i, 20);
		assert_int_equal(e.addr, b.map.entry[128 + i].range.addr);
		assert_int_equal(e.size, b.map.entry[128 + i].range.len);
		assert_int_equal(e.type, b.map.entry[128 + i].type);
	}
}

static void
use_seed(void)
{
	b.req.rng_seed = b.seed;
	b.req.rng_seed_len = PLAN_RNG_SEED;
	hb_reserve(&b);
}

/* All that the list holds, for a map of that length. */
static void
check_list(bool seed)
{
	bool spill = b.map.count > 128;
	uint64_t at = first_node();
	uint8_t *list = hb_write(&b, PLACE_SETUP_DATA);

	if (!spill && !seed) {
		assert_int_equal(at, 0);
		assert_int_equal(hb_placement(&b, PLACE_SETUP_DATA)->range.len, 0);
	} else {
		assert_int_equal(at, HB_SETUP_DATA);
	}
	if (spill) {
		assert_spill(node_at(list, at));
		at = node_at(list, at)->next;
	}
	if (seed) {
		const struct setup_data *node = node_at(list, at);

		assert_int_equal(node->type, SETUP_RNG_SEED);
		assert_int_equal(node->len, PLAN_RNG_SEED);
		assert_memory_equal(node->data, b.seed, PLAN_RNG_SEED);
		at = node->next;
	}
	assert_int_equal(at, 0);
	free(list);
}

static void
map_limits(void **state)
{
	static const uint32_t counts[] = {1, 127, 128, 129, 130, 512};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (int seed = 0; seed < 2; seed++) {
			hb_elf(&b, PROTOCOL_LINUX64);
			hb_map(&b, counts[i]);
			if (seed)
				use_seed();
			check_list(seed);

			hb_bzimage(&b, 0x209, 0x258); /* the first with a list, no seed */
			hb_map(&b, counts[i]);
			if (seed)
				use_seed();
			check_list(false);
		}
	}
}

static void
exact_lengths(void **state)
{
	(void)state;
	hb_elf(&b, PROTOCOL_LINUX64);
	assert_int_equal(setup_data_nodes(&b.req, 128).len, 0);
	assert_int_equal(setup_data_nodes(&b.req, 129).len, 16 + 24);
	assert_int_equal(setup_data_nodes(&b.req, 130).len, 16 + 40);
	b.req.rng_seed_len = PLAN_RNG_SEED;
	assert_int_equal(setup_data_nodes(&b.req, 128).len, 48);
	assert_int_equal(setup_data_nodes(&b.req, 129).len, 16 + 24 + 48);
}

static void
setup_type_max(void **state)
{
	static const struct {
		bool info;
		uint32_t max;
		bool seed;
	} cases[] = {{true, 8, false}, {true, 9, true}, {true, 10, true}, {false, 0, false},
	        {false, 9, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hb_bzimage(&b, 0x20f, 0x26c);
		b.facts.bz.has_kernel_info = cases[i].info;
		b.facts.bz.setup_type_max = cases[i].max;
		for (uint32_t count = 128; count <= 129; count++) {
			hb_map(&b, count);
			use_seed();
			check_list(cases[i].seed);
		}
	}
}

/* A list in the kernel file's header does not count: no loader has put it into memory. */
static void
list_in_the_header(void **state)
{
	const uint64_t theirs = 0x1234567890;

	(void)state;
	for (uint32_t count = 128; count <= 129; count++) {
		for (int seed = 0; seed < 2; seed++) {
			hb_bzimage(&b, 0x20f, 0x26c);
			memcpy(b.facts.bz.header + 0x250 - 0x1f1, &theirs, 8);
			b.facts.bz.has_kernel_info = true;
			b.facts.bz.setup_type_max = 9;
			hb_map(&b, count);
			if (seed)
				use_seed();
			check_list(seed);

			hb_bzimage(&b, 0x209, 0x258); /* a header that ends with the field */
			memcpy(b.facts.bz.header + 0x250 - 0x1f1, &theirs, 8);
			hb_map(&b, count);
			check_list(false);
		}
	}
}

/* The map may grow after the plan was made: up to what was reserved, then it is squeezed. */
static void
map_that_outgrew_the_plan(void **state)
{
	uint8_t *got;

	(void)state;
	hb_elf(&b, PROTOCOL_LINUX64);
	hb_map_reserved(&b, 140, 4);
	b.plan.map_entries = 137;
	hb_reserve(&b);
	got = hb_write(&b, PLACE_SETUP_DATA);
	assert_non_null(got);
	assert_int_equal(((struct setup_data *)got)->len, 9 * 20);
	free(got);
	b.plan.map_entries = 136;
	hb_reserve(&b);
	assert_null(hb_write(&b, PLACE_SETUP_DATA));
	assert_int_equal(b.why.code, REFUSAL_MAP_TOO_MANY);
	assert_null(hb_write(&b, PLACE_ZERO_PAGE));
	assert_int_equal(b.why.found, 137);
	assert_int_equal(b.why.wanted, 136);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(map_limits),
	        cmocka_unit_test(exact_lengths),
	        cmocka_unit_test(setup_type_max),
	        cmocka_unit_test(list_in_the_header),
	        cmocka_unit_test(map_that_outgrew_the_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
