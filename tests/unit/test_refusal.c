/* SPDX-License-Identifier: BSD-2-Clause */
/* Refusals: the table's promises, each placeholder, formatting into short buffers. */
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stub/base/refusal.h"
#include "stub/base/text.h"

static const struct row {
	int number;
	const char *name, *sentence, *text;
} rows[] = {
#define REFUSAL(number, ident, name, sentence, text) {number, name, sentence, text},
#include "stub/base/refusal.def"
#undef REFUSAL
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
numbers_and_names_are_unique(void **state)
{
	(void)state;
	assert_true(ROWS > 50);
	for (size_t i = 0; i < ROWS; i++) {
		assert_in_range(rows[i].number, 1, 127);
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(rows[i].number, rows[j].number);
			assert_string_not_equal(rows[i].name, rows[j].name);
		}
	}
}

static void
table_is_reached_by_number_and_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		enum refusal_code code = (enum refusal_code)rows[i].number;

		assert_string_equal(refusal_name(code), rows[i].name);
		assert_string_equal(refusal_text(code), rows[i].text);
		assert_int_equal(refusal_by_name(rows[i].name), code);
	}
	assert_null(refusal_name(REFUSAL_NONE));
	assert_null(refusal_text((enum refusal_code)127));
	assert_int_equal(refusal_by_name("elf.trunc"), REFUSAL_NONE);
	assert_int_equal(refusal_by_name("elf.truncated2"), REFUSAL_NONE);
	assert_int_equal(refusal_by_name(""), REFUSAL_NONE);
}

/* Every brace in a sentence belongs to a placeholder that refusal_format() knows. */
static void
sentences_have_no_unknown_placeholder(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct refusal why = {.code = (enum refusal_code)rows[i].number,
		        .detail = "detail",
		        .a = {"a", {1, 2}},
		        .b = {"b", {1, 2}}};
		char buf[512];
		size_t len = refusal_format(&why, buf, sizeof(buf));

		assert_true(len < sizeof(buf));
		assert_int_equal(len, strlen(buf));
		if (strpbrk(buf, "{}"))
			fail_msg("%s: %s", rows[i].name, buf);
		assert_true(strlen(rows[i].text) > 40);
		assert_non_null(strstr(buf, rows[i].name));
	}
}

static void
assert_message(const struct refusal *why, const char *want)
{
	char buf[256];

	assert_int_equal(refusal_format(why, buf, sizeof(buf)), strlen(want));
	assert_string_equal(buf, want);
}

static void
refuse_fills_all(void **state)
{
	struct refusal why;

	(void)state;
	memset(&why, 0xa5, sizeof(why));
	assert_int_equal(refuse(&why, REFUSAL_BZ_HEADER, 1, 2, 3), REFUSAL_BZ_HEADER);
	assert_int_equal(why.code, REFUSAL_BZ_HEADER);
	assert_int_equal(why.where, 1);
	assert_int_equal(why.found, 2);
	assert_int_equal(why.wanted, 3);
	assert_null(why.subject);
	assert_null(why.detail);
	assert_null(why.a.name);
	assert_null(why.b.name);
	assert_int_equal(why.b.range.len, 0);
}

static void
placeholders(void **state)
{
	struct refusal why;

	(void)state;
	refuse(&why, REFUSAL_ELF_TRUNCATED, 0x40, 0x100, 0x78); /* {d} {o} {f} {w} */
	why.subject = "kernel";
	why.detail = "program header";
	assert_message(&why,
	        "kernel: the file ends at 0x100, before its program header at 0x40 that reaches to 0x78 [elf.truncated]");

	refuse(&why, REFUSAL_CMDLINE_LONG, 0, 2048, 2047); /* {F} {W} */
	assert_message(&why,
	        "the command line has 2048 bytes, the kernel takes 2047 [cmdline.too-long]");

	refuse(&why, REFUSAL_ELF_OVERLAP, 0, 0, 0); /* {a} {b} */
	why.a = (struct named_range){"segment 1", {0x1000, 0x1000}};
	why.b = (struct named_range){"segment 2", {0x1fff, 1}};
	assert_message(&why,
	        "segment 1 0x1000-0x1fff overlaps segment 2 0x1fff-0x1fff [elf.segments-overlap]");
	why.a.range = (struct range){UINT64_MAX - 1, 1};
	why.b.range.len = 0; /* only the name */
	assert_message(&why,
	        "segment 1 0xfffffffffffffffe-0xfffffffffffffffe overlaps segment 2 [elf.segments-overlap]");
	why.b.name = NULL;
	why.a.range.len = 0;
	assert_message(&why, "segment 1 overlaps ? [elf.segments-overlap]");
}

/* A buffer of any size is NUL-terminated, never overrun, and told the whole length. */
static void
short_buffers(void **state)
{
	struct refusal why;
	char whole[128], part[128];
	size_t len;

	(void)state;
	refuse(&why, REFUSAL_KERNEL_EMPTY, 0, 0, 0);
	len = refusal_format(&why, whole, sizeof(whole));
	assert_string_equal(whole, "the file is empty [kernel.empty]");
	for (size_t size = 0; size < len + 3; size++) {
		size_t fits = size > len ? len : size ? size - 1 : 0;

		memset(part, '#', sizeof(part));
		assert_int_equal(refusal_format(&why, part, size), len);
		if (size) {
			assert_memory_equal(part, whole, fits);
			assert_int_equal(part[fits], '\0');
		}
		assert_int_equal(part[size], '#');
	}
}

/* libc is the oracle for the digits. */
static void
numbers_as_libc_prints_them(void **state)
{
	uint64_t v = 1;

	(void)state;
	for (int i = 0; i < 64; i++, v *= 3) {
		uint64_t values[] = {v, v - 1, 1ull << i, (1ull << i) - 1, ~(uint64_t)0 >> i};

		for (size_t n = 0; n < sizeof(values) / sizeof(values[0]); n++) {
			char want[64], got[64];
			struct text t = text_init(got, sizeof(got));

			snprintf(want, sizeof(want), "0x%" PRIx64 " %" PRIu64, values[n],
			        values[n]);
			text_hex(&t, values[n]);
			text_char(&t, ' ');
			text_dec(&t, values[n]);
			assert_string_equal(got, want);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(numbers_and_names_are_unique),
	        cmocka_unit_test(table_is_reached_by_number_and_name),
	        cmocka_unit_test(sentences_have_no_unknown_placeholder),
	        cmocka_unit_test(refuse_fills_all),
	        cmocka_unit_test(placeholders),
	        cmocka_unit_test(short_buffers),
	        cmocka_unit_test(numbers_as_libc_prints_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
