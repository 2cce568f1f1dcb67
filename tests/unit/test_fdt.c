/* SPDX-License-Identifier: BSD-2-Clause */
/* The device tree reader against libfdt's writer, the writer against libfdt's checks. */
#include "unit.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "stub/input/fdt.h"

#define ROOM 4096

/* A tree with all that can surprise a reader, by libfdt. Returns its length. */
static uint64_t
sample(uint8_t *out)
{
	int bad = fdt_create(out, ROOM);

	bad |= fdt_add_reservemap_entry(out, 0x80000000, 0x1000);
	bad |= fdt_finish_reservemap(out);
	bad |= fdt_begin_node(out, "");
	bad |= fdt_property_u32(out, "#address-cells", 2);
	bad |= fdt_property_u32(out, "#size-cells", 1);
	bad |= fdt_property_string(out, "odd", "ab"); /* padded */
	bad |= fdt_begin_node(out, "memory@80000000");
	bad |= fdt_property(out, "reg", "\0\0\0\1\x80\0\0\0\0\x10\0\0", 12);
	bad |= fdt_property(out, "empty", NULL, 0);
	bad |= fdt_end_node(out);
	bad |= fdt_begin_node(out, "soc");
	bad |= fdt_begin_node(out, "dev@1");
	bad |= fdt_property(out, "compatible", "x,one\0y,two", 12);
	bad |= fdt_end_node(out);
	bad |= fdt_begin_node(out, "dev@2");
	bad |= fdt_end_node(out);
	bad |= fdt_end_node(out);
	bad |= fdt_end_node(out);
	bad |= fdt_finish(out);
	assert_int_equal(bad, 0);
	return fdt_totalsize(out);
}

static enum refusal_code
open_copy(const uint8_t *bytes, uint64_t size, struct refusal *why)
{
	uint8_t *block = malloc(size ? size : 1); /* of just that size, for the sanitizer */
	struct fdt fdt;
	enum refusal_code code;

	memcpy(block, bytes, size);
	code = fdt_open((struct span){block, size}, &fdt, why);
	free(block);
	return code;
}

static void
reads_what_libfdt_wrote(void **state)
{
	uint8_t blob[ROOM];
	struct span s = {blob, 0}, v;
	struct refusal why;
	uint32_t memory, soc, one, two, cursor = 0;
	struct fdt_prop p;
	struct range r;
	struct fdt f;

	(void)state;
	s.size = sample(blob);
	assert_int_equal(fdt_open(s, &f, &why), REFUSAL_NONE);
	assert_int_equal(fdt_total_size(s), s.size);
	assert_string_equal(fdt_name(&f, 0), "");
	assert_int_equal(f.reserved.size, 16);
	assert_int_equal(span_cells(f.reserved, 0, 2), 0x80000000);
	memory = fdt_child(&f, 0, "memory");
	assert_string_equal(fdt_name(&f, memory), "memory@80000000");
	assert_true(fdt_reg(&f, 0, memory, 0, &r));
	assert_int_equal(r.addr, 0x180000000);
	assert_int_equal(r.len, 0x100000);
	assert_false(fdt_reg(&f, 0, memory, 1, &r));
	assert_true(fdt_prop(&f, memory, "empty", &v) && v.size == 0);
	assert_false(fdt_prop(&f, memory, "emptyy", &v));
	soc = fdt_next_sibling(&f, memory);
	assert_int_equal(soc, fdt_child(&f, 0, "soc"));
	assert_int_equal(fdt_next_sibling(&f, soc), FDT_NONE);
	one = fdt_first_child(&f, soc);
	two = fdt_next_sibling(&f, one);
	assert_int_equal(one, fdt_child(&f, soc, "dev@1"));
	assert_int_equal(two, fdt_child(&f, soc, "dev@2"));
	assert_int_equal(fdt_child(&f, soc, "de"), FDT_NONE);
	assert_int_equal(fdt_first_child(&f, two), FDT_NONE);
	assert_int_equal(fdt_node_end(&f, one), two);
	assert_true(fdt_lists(&f, one, "compatible", "y,two"));
	assert_false(fdt_lists(&f, one, "compatible", "y,tw"));
	assert_int_equal(fdt_cell(&f, 0, "#size-cells", 7), 1);
	assert_int_equal(fdt_cell(&f, 0, "odd", 7), 7);
	assert_true(fdt_next_prop(&f, 0, &cursor, &p));
	assert_true(fdt_next_prop(&f, 0, &cursor, &p));
	assert_string_equal(p.name, "#size-cells");
	assert_true(fdt_next_prop(&f, 0, &cursor, &p));
	assert_false(fdt_next_prop(&f, 0, &cursor, &p));
}

static void
skips_nops(void **state)
{
	uint8_t blob[ROOM];
	struct span s = {blob, 0};
	struct refusal why;
	struct fdt f;

	(void)state;
	s.size = sample(blob);
	assert_int_equal(fdt_nop_property(blob, 0, "#size-cells"), 0);
	assert_int_equal(fdt_nop_node(blob, fdt_path_offset(blob, "/soc/dev@1")), 0);
	assert_int_equal(fdt_open(s, &f, &why), REFUSAL_NONE);
	assert_int_equal(fdt_cell(&f, 0, "#size-cells", 7), 7);
	assert_string_equal(
	        fdt_name(&f, fdt_first_child(&f, fdt_child(&f, 0, "soc"))), "dev@2");
}

static void
put32(uint8_t *blob, uint64_t at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		blob[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

/* Each field of the header, one too far. */
static void
refuses_damaged_headers(void **state)
{
	static const struct {
		uint32_t at, value;
		const char *field;
	} rows[] = {
	        {0, 0xd00dfeee, "magic"},
	        {4, 39, "totalsize"},
	        {4, ROOM, "totalsize"},
	        {8, ROOM, "structure block"},
	        {8, 57, "structure block"},
	        {12, ROOM, "strings block"},
	        {16, 0xfffffff0, "memory reservation block"},
	        {20, 16, "version"},
	        {24, 18, "version"},
	        {32, ROOM, "strings block"},
	        {36, ROOM, "structure block"},
	};
	uint8_t blob[ROOM];
	struct refusal why;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t size = sample(blob);

		put32(blob, rows[i].at, rows[i].value);
		assert_int_equal(open_copy(blob, size, &why), REFUSAL_FDT_HEADER);
		assert_string_equal(why.detail, rows[i].field);
	}
	assert_int_equal(open_copy(blob, 3, &why), REFUSAL_FDT_HEADER);
	assert_int_equal(open_copy(blob, 0, &why), REFUSAL_FDT_HEADER);
}

static void
refuses_damaged_structures(void **state)
{
	uint8_t good[ROOM], blob[ROOM];
	uint64_t size = sample(good), at;
	struct refusal why;

	(void)state;
	at = fdt_off_dt_struct(good);
	memcpy(blob, good, size);
	put32(blob, at, 2); /* no root */
	assert_int_equal(open_copy(blob, size, &why), REFUSAL_FDT_STRUCTURE);
	assert_int_equal(why.where, at);
	memcpy(blob, good, size);
	put32(blob, at, 7);
	assert_int_equal(open_copy(blob, size, &why), REFUSAL_FDT_STRUCTURE);
	assert_string_equal(why.detail, "an unknown token");
	memcpy(blob, good, size);
	put32(blob, at + 12, ROOM); /* length of the first property */
	assert_int_equal(open_copy(blob, size, &why), REFUSAL_FDT_STRUCTURE);
	assert_int_equal(why.where, at + 8);
	memcpy(blob, good, size);
	put32(blob, at + 16, ROOM); /* its name */
	assert_int_equal(open_copy(blob, size, &why), REFUSAL_FDT_STRUCTURE);
	memcpy(blob, good, size);
	put32(blob, at + fdt_size_dt_struct(good) - 4, 4); /* FDT_END to FDT_NOP */
	assert_int_equal(open_copy(blob, size, &why), REFUSAL_FDT_STRUCTURE);
	assert_string_equal(why.detail, "no FDT_END");
	memcpy(blob, good, size);
	put32(blob, at + fdt_size_dt_struct(good) - 8, 9); /* an end inside the root */
	assert_int_equal(open_copy(blob, size, &why), REFUSAL_FDT_STRUCTURE);
}

/* Whatever byte is damaged: a refusal, or a tree that can be walked without a stray read. */
static void
survives_every_damaged_byte(void **state)
{
	uint8_t good[ROOM];
	uint64_t size = sample(good);

	(void)state;
	for (uint64_t at = 0; at < size; at++) {
		uint8_t *blob = malloc(size);
		struct refusal why;
		struct fdt f;

		memcpy(blob, good, size);
		blob[at] ^= 0x80 | 0x05;
		if (fdt_open((struct span){blob, size}, &f, &why) == REFUSAL_NONE) {
			uint32_t n = fdt_first_child(&f, 0);
			struct range r;

			for (; n != FDT_NONE; n = fdt_next_sibling(&f, n)) {
				fdt_reg(&f, 0, n, 0, &r);
				fdt_lists(&f, n, "compatible", fdt_name(&f, n));
			}
		}
		free(blob);
	}
}

static void
deep_nesting_is_refused(void **state)
{
	uint8_t out[ROOM];
	struct fdt_writer w;
	struct refusal why;
	uint64_t len;

	(void)state;
	for (unsigned depth = FDT_DEPTH_MAX; depth <= FDT_DEPTH_MAX + 1; depth++) {
		fdt_write_start(&w, out, sizeof(out), NULL);
		for (unsigned i = 0; i < depth; i++)
			fdt_write_node(&w, i ? "n" : "");
		for (unsigned i = 0; i < depth; i++)
			fdt_write_end_node(&w);
		assert_int_equal(fdt_write_finish(&w, 0, &len, &why), REFUSAL_NONE);
		assert_int_equal(open_copy(out, len, &why),
		        depth > FDT_DEPTH_MAX ? REFUSAL_FDT_STRUCTURE : REFUSAL_NONE);
	}
}

/* Writes the same tree into whatever buffer. */
static enum refusal_code
write_sample(uint8_t *out, uint64_t size, uint64_t *ret_len, struct refusal *why)
{
	static struct fdt_writer w;
	const uint64_t numbers[] = {1, 0x123456789};

	fdt_write_start(&w, out, size, NULL);
	fdt_write_node(&w, "");
	fdt_write_string(&w, "model", "m");
	fdt_write_node(&w, "a@1");
	fdt_write_numbers(&w, "reg", 2, numbers, 2);
	fdt_write_u32(&w, "cell", 0xdeadbeef);
	fdt_write_end_node(&w);
	fdt_write_node(&w, "b");
	fdt_write_u64(&w, "cell", 0x123456789abcdef0);
	fdt_write_text(&w, "text", (struct span){(const uint8_t *)"abcd", 4});
	fdt_write_prop(&w, "none", NULL, 0);
	fdt_write_end_node(&w);
	fdt_write_end_node(&w);
	return fdt_write_finish(&w, 3, ret_len, why);
}

static void
writes_what_libfdt_reads(void **state)
{
	uint8_t out[ROOM];
	struct refusal why;
	uint64_t len;
	const void *v;
	int n, size;

	(void)state;
	assert_int_equal(write_sample(out, sizeof(out), &len, &why), REFUSAL_NONE);
	assert_int_equal(fdt_check_full(out, len), 0);
	assert_int_equal(fdt_totalsize(out), len);
	assert_int_equal(fdt_boot_cpuid_phys(out), 3);
	n = fdt_path_offset(out, "/a@1");
	v = fdt_getprop(out, n, "reg", &size);
	assert_int_equal(size, 16);
	assert_memory_equal(v, "\0\0\0\0\0\0\0\1\0\0\0\1\x23\x45\x67\x89", 16);
	v = fdt_getprop(out, n, "cell", &size);
	assert_memory_equal(v, "\xde\xad\xbe\xef", 4);
	n = fdt_path_offset(out, "/b");
	v = fdt_getprop(out, n, "cell", &size);
	assert_int_equal(size, 8);
	v = fdt_getprop(out, n, "text", &size);
	assert_int_equal(size, 5);
	assert_string_equal(v, "abcd");
	assert_non_null(fdt_getprop(out, n, "none", &size));
	assert_int_equal(size, 0);
	assert_string_equal(fdt_getprop(out, 0, "model", &size), "m");
}

static void
counting_tells_the_length(void **state)
{
	uint8_t *out;
	struct refusal why;
	uint64_t len, counted;

	(void)state;
	assert_int_equal(write_sample(NULL, 0, &counted, &why), REFUSAL_NONE);
	for (uint64_t size = counted - 1; size <= counted + 1; size++) {
		out = malloc(size);
		assert_int_equal(write_sample(out, size, &len, &why),
		        size < counted ? REFUSAL_FDT_ROOM : REFUSAL_NONE);
		if (size < counted)
			assert_int_equal(why.found, counted);
		free(out);
	}
}

static void
too_many_names_are_refused(void **state)
{
	static struct fdt_writer w;
	struct refusal why;
	uint64_t len;
	char name[8] = "name000";

	(void)state;
	fdt_write_start(&w, NULL, 0, NULL);
	fdt_write_node(&w, "");
	for (unsigned i = 0; i < 513; i++) {
		for (unsigned d = 0; d < 3; d++)
			name[6 - d] = (char)('0' + i / (d == 2 ? 100 : d ? 10 : 1) % 10);
		fdt_write_u32(&w, name, i);
		assert_int_equal(w.names_full, i == 512);
	}
	fdt_write_end_node(&w);
	assert_int_equal(fdt_write_finish(&w, 0, &len, &why), REFUSAL_FDT_ROOM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(reads_what_libfdt_wrote),
	        cmocka_unit_test(skips_nops),
	        cmocka_unit_test(refuses_damaged_headers),
	        cmocka_unit_test(refuses_damaged_structures),
	        cmocka_unit_test(survives_every_damaged_byte),
	        cmocka_unit_test(deep_nesting_is_refused),
	        cmocka_unit_test(writes_what_libfdt_reads),
	        cmocka_unit_test(counting_tells_the_length),
	        cmocka_unit_test(too_many_names_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
