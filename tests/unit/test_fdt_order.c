/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Structure blocks of device trees, token by token: every order that is no tree is refused by
 * its words, and questions about what is not there have an answer.
 */
#include "unit.h"

#include <string.h>

#include "stub/input/fdt.h"

#define STRUCTS 56   /* behind the header and an empty list of reservations */
#define BEGIN   1, 0 /* a node without a name, padded */
#define END     2
#define PROP    3, 0, 0 /* without a value, its name at 0 */
#define NOP     4
#define LAST    9
#define NONE    0xffffffff /* ends a row */

static uint8_t blob[512];
static struct fdt fdt;
static struct refusal why;

static void
put32(uint64_t at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		blob[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

/* A tree of these tokens, whose strings block is "p". */
static enum refusal_code
open_tokens(const uint32_t *token)
{
	uint32_t n = 0;

	memset(blob, 0, sizeof(blob));
	for (; token[n] != NONE; n++)
		put32(STRUCTS + 4 * n, token[n]);
	put32(0, 0xd00dfeed);
	put32(4, STRUCTS + 4 * n + 4);
	put32(8, STRUCTS);
	put32(12, STRUCTS + 4 * n);
	put32(16, 40);
	put32(20, 17);
	put32(24, 16);
	put32(32, 2);
	put32(36, 4 * n);
	blob[STRUCTS + 4 * n] = 'p';
	return fdt_open((struct span){blob, STRUCTS + 4ull * n + 4}, &fdt, &why);
}

#define OPEN(...) open_tokens((const uint32_t[]){__VA_ARGS__, NONE})

static void
orders_that_are_no_tree(void **state)
{
	static const struct {
		uint32_t token[12];
		const char *detail;
	} rows[] = {
	        {{LAST, NONE}, "an end inside of a node"},
	        {{END, LAST, NONE}, "an end without a node"},
	        {{PROP, LAST, NONE}, "a property outside of a node or after a child"},
	        {{NOP, BEGIN, END, LAST, NONE}, "no root node"},
	        {{BEGIN, LAST, NONE}, "an end inside of a node"},
	        {{BEGIN, END, BEGIN, END, LAST, NONE}, "a second root"},
	        {{BEGIN, END, END, LAST, NONE}, "an end without a node"},
	        {{BEGIN, END, PROP, LAST, NONE},
	                "a property outside of a node or after a child"},
	        {{BEGIN, BEGIN, END, PROP, END, LAST, NONE},
	                "a property outside of a node or after a child"},
	        {{BEGIN, END, NONE}, "no FDT_END"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(open_tokens(rows[i].token), REFUSAL_FDT_STRUCTURE);
		assert_string_equal(why.detail, rows[i].detail);
	}
	assert_int_equal(
	        OPEN(BEGIN, PROP, NOP, BEGIN, PROP, END, NOP, END, LAST), REFUSAL_NONE);
}

static void
what_is_not_there(void **state)
{
	uint32_t cursor = 0;
	struct fdt_prop p;
	struct span value;

	(void)state;
	assert_int_equal(OPEN(BEGIN, PROP, BEGIN, END, END, LAST), REFUSAL_NONE);
	assert_int_equal(fdt_first_child(&fdt, FDT_NONE), FDT_NONE);
	assert_int_equal(fdt_next_sibling(&fdt, FDT_NONE), FDT_NONE);
	assert_int_equal(fdt_next_sibling(&fdt, 0), FDT_NONE);
	assert_int_equal(fdt_node_end(&fdt, FDT_NONE), FDT_NONE);
	assert_int_equal(fdt_child(&fdt, 0, "no"), FDT_NONE);
	assert_false(fdt_next_prop(&fdt, FDT_NONE, &cursor, &p));
	assert_false(fdt_prop(&fdt, fdt_first_child(&fdt, 0), "p", &value));
	assert_true(fdt_prop(&fdt, 0, "p", &value));
	assert_int_equal(value.size, 0);
}

/* A root with a "reg" of so many numbers, two cells each. */
static void
open_reg(uint32_t addr_cells, uint32_t size_cells, const uint64_t *reg, uint32_t count)
{
	struct fdt_writer w;
	uint64_t len;

	fdt_write_start(&w, blob, sizeof(blob), NULL);
	fdt_write_node(&w, "");
	fdt_write_u32(&w, "#address-cells", addr_cells);
	fdt_write_u32(&w, "#size-cells", size_cells);
	fdt_write_numbers(&w, "reg", 2, reg, count);
	fdt_write_end_node(&w);
	assert_int_equal(fdt_write_finish(&w, 0, &len, &why), REFUSAL_NONE);
	assert_int_equal(fdt_open((struct span){blob, len}, &fdt, &why), REFUSAL_NONE);
}

/* A "reg" whose cells are none or too many, though they are all there. */
static void
ranges_that_are_none(void **state)
{
	static const uint32_t cells[][2] = {{0, 0}, {5, 1}, {1, 5}};
	static const uint64_t reg[3] = {0};
	struct range r = {7, 7};

	(void)state;
	for (unsigned i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		open_reg(cells[i][0], cells[i][1], reg, 3);
		assert_false(fdt_reg(&fdt, 0, 0, 0, &r));
	}
	assert_int_equal(r.addr, 7);
}

/* Past the end of the space. */
static void
ranges_past_the_end(void **state)
{
	static const uint64_t reg[] = {UINT64_MAX, 1, UINT64_MAX - 1, 1};
	struct range r = {7, 7};

	(void)state;
	open_reg(2, 2, reg, 4);
	assert_false(fdt_reg(&fdt, 0, 0, 0, &r));
	assert_int_equal(r.addr, 7);
	assert_true(fdt_reg(&fdt, 0, 0, 1, &r));
	assert_int_equal(range_end(r), UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(orders_that_are_no_tree),
	        cmocka_unit_test(what_is_not_there),
	        cmocka_unit_test(ranges_that_are_none),
	        cmocka_unit_test(ranges_past_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
