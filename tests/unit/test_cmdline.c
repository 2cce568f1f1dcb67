/* SPDX-License-Identifier: BSD-2-Clause */
/* Command line: joining parts, taking our words out, reading the kernel's. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub/input/cmdline.h"

static struct span
text(const char *s)
{
	return (struct span){(const uint8_t *)s, strlen(s)};
}

static struct cmdline
line_of(char *buf, size_t size, const char *s)
{
	struct cmdline line = cmdline_init(buf, size);
	struct refusal why;

	assert_int_equal(cmdline_append(&line, text(s), &why), REFUSAL_NONE);
	return line;
}

static void
parts_are_joined_by_one_blank(void **state)
{
	char buf[64];
	struct cmdline line = cmdline_init(buf, sizeof(buf));
	struct refusal why;

	(void)state;
	assert_string_equal(line.text, "");
	assert_int_equal(cmdline_append(&line, text(""), &why), REFUSAL_NONE);
	assert_int_equal(cmdline_append(&line, text("\n"), &why), REFUSAL_NONE);
	assert_int_equal(line.len, 0);
	assert_int_equal(cmdline_append(&line, text("a=1\tb\n\n"), &why), REFUSAL_NONE);
	assert_int_equal(cmdline_append(&line, text(""), &why), REFUSAL_NONE);
	assert_int_equal(
	        cmdline_append(&line, (struct span){(const uint8_t *)"c d\n\0", 5}, &why),
	        REFUSAL_NONE);
	assert_string_equal(line.text, "a=1\tb c d");
	assert_int_equal(line.len, 9);
}

/* As systemd's stub does: the first NUL ends it, all control bytes are blanks, both ends are
 * trimmed. */
static void
section_has_blanks_for_control_bytes(void **state)
{
	static const struct {
		const char *section;
		uint64_t len;
		const char *wanted;
	} rows[] = {
	        {"console=ttyS0\nown=2\n", 20, "x console=ttyS0 own=2"},
	        {"a\r\nb\tc\x7f\x1b", 9, "x a  b c"},
	        {" \n\t a", 5, "x a"},
	        {"a\0b", 3, "x a"},
	        {"a\n\0b", 4, "x a"},
	        {"\n\n", 2, "x"},
	        {"\0a", 2, "x"},
	        {"", 0, "x"},
	        {"\xc3\xa4 \xff", 4, "x \xc3\xa4 \xff"},
	};
	char buf[64];
	struct refusal why;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cmdline line = line_of(buf, sizeof(buf), "x");
		struct span s = {(const uint8_t *)rows[i].section, rows[i].len};

		assert_int_equal(cmdline_append_section(&line, s, &why), REFUSAL_NONE);
		assert_string_equal(line.text, rows[i].wanted);
		assert_int_equal(line.len, strlen(rows[i].wanted));
	}
}

static void
section_is_never_cut(void **state)
{
	char buf[8];
	struct refusal why;
	struct cmdline line = line_of(buf, sizeof(buf), "ab");

	(void)state;
	assert_int_equal(
	        cmdline_append_section(&line, text("\n12345\n"), &why), REFUSAL_CMDLINE_BUFFER);
	assert_int_equal(why.found, 8);
	assert_int_equal(why.wanted, 7);
	assert_string_equal(line.text, "ab");
	assert_int_equal(cmdline_append_section(&line, text("\n1\n34\n"), &why), REFUSAL_NONE);
	assert_string_equal(line.text, "ab 1 34");
}

static void
control_bytes_are_refused(void **state)
{
	char buf[64];

	(void)state;
	for (int c = 0; c < 256; c++) {
		struct cmdline line = line_of(buf, sizeof(buf), "x");
		uint8_t part[] = {'a', (uint8_t)c, 'b'};
		bool bad = (c < 0x20 && c != '\t') || c == 0x7f;
		struct refusal why = {0};
		enum refusal_code code =
		        cmdline_append(&line, (struct span){part, sizeof(part)}, &why);

		assert_int_equal(code, bad ? REFUSAL_CMDLINE_CONTROL : REFUSAL_NONE);
		if (bad) {
			assert_int_equal(why.where, 1);
			assert_int_equal(why.found, c);
			assert_string_equal(line.text, "x");
			assert_int_equal(line.len, 1);
		}
	}
}

/* 8 bytes hold 7 and the NUL: n-1, n, n+1. */
static void
buffer_limit(void **state)
{
	static const char *const parts[] = {"bcde", "bcdef", "bcdefg"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *buf = malloc(8); /* so that the sanitizer sees an overrun */
		struct cmdline line = line_of(buf, 8, "a");
		struct refusal why = {0};
		enum refusal_code code = cmdline_append(&line, text(parts[i]), &why);

		assert_int_equal(code, i < 2 ? REFUSAL_NONE : REFUSAL_CMDLINE_BUFFER);
		assert_int_equal(line.text[line.len], '\0');
		if (i == 2) {
			assert_int_equal(why.found, 8);
			assert_int_equal(why.wanted, 7);
			assert_string_equal(line.text, "a");
		} else {
			assert_int_equal(line.len, 6 + i);
		}
		free(buf);
	}
}

static struct cmdline_words
take(const char *in, const char *want)
{
	char *buf = malloc(strlen(in) + 1); /* so that the sanitizer sees an overrun */
	struct cmdline line = line_of(buf, strlen(in) + 1, in);
	struct cmdline_words words;
	struct refusal why;

	memset(&words, 0xff, sizeof(words));
	assert_int_equal(cmdline_take_words(&line, &words, &why), REFUSAL_NONE);
	assert_string_equal(line.text, want);
	assert_int_equal(line.len, strlen(want));
	free(buf);
	return words;
}

static void
our_words_are_removed(void **state)
{
	(void)state;
	take("", "");
	take("a  b", "a  b");
	take("kshim.console=com1", "");
	take("kshim.console=com1 a", "a");
	take("a kshim.console=com1", "a");
	take("a kshim.console=com1 b", "a b");
	take("a  kshim.console=com1\tb", "a  b");
	take("kshim.console=com1 kshim.mode=auto", "");
	take("a kshim.console=com1 kshim.mode=auto b", "a b");
	take("a kshim.console=com1 kshim.mode=auto", "a");
	take("a -- kshim.console=com1 b", "a -- b");
	take("x=\"kshim.no word\" \"kshim.console=com1\" y", "x=\"kshim.no word\" y");
	take("notkshim.a=b kshim=1 a.kshim.b=c", "notkshim.a=b kshim=1 a.kshim.b=c");
}

static void
our_values(void **state)
{
	(void)state;
	assert_int_equal(take("x", "x").protocol, PROTOCOL_AUTO);
	assert_int_equal(take("kshim.protocol=auto", "").protocol, PROTOCOL_AUTO);
	assert_int_equal(take("kshim.protocol=pvh", "").protocol, PROTOCOL_PVH);
	assert_int_equal(take("kshim.protocol=linux64", "").protocol, PROTOCOL_LINUX64);
	assert_int_equal(take("kshim.protocol=linux32", "").protocol, PROTOCOL_LINUX32);
	assert_int_equal(take("x", "x").console, CONSOLE_COM1);
	assert_int_equal(take("kshim.console=com1", "").console, CONSOLE_COM1);
	assert_int_equal(take("kshim.console=0xe9", "").console, CONSOLE_0XE9);
	assert_int_equal(take("kshim.console=none", "").console, CONSOLE_NONE);
	assert_int_equal(take("kshim.console=\"none\"", "").console, CONSOLE_NONE);
	assert_int_equal(take("kshim.mode=auto", "").mode, MODE_AUTO);
	assert_int_equal(take("kshim.mode=direct", "").mode, MODE_DIRECT);
	assert_int_equal(take("kshim.mode=guest", "").mode, MODE_GUEST);
	/* a later word wins */
	assert_int_equal(take("kshim.mode=guest a kshim.mode=direct", "a").mode, MODE_DIRECT);
}

static void
profile_takes_any_value(void **state)
{
	static const char *const cases[][3] = {{"a kshim.profile=@2 b", "a b", "@2"},
	        {"kshim.profile=x -- kshim.profile=y", "--", "y"},
	        {"kshim.profile=\"of two words\" c", "c", "of two words"},
	        {"\"kshim.profile=of two\"", "", "of two"}, {"kshim.profile=", "", ""}};
	char buf[64], value[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cmdline line = line_of(buf, sizeof(buf), cases[i][0]);

		cmdline_profile(&line, value, sizeof(value));
		assert_string_equal(value, cases[i][2]);
		assert_true(take(cases[i][0], cases[i][1]).profile);
	}
	assert_false(take("x", "x").profile);
}

static void
sections_become_one_line(void **state)
{
	static const char *const cases[][2] = {{"\n a\r\nb\tc\x7f\x01 d \n", "x a  b c   d"},
	        {"a", "x a"}, {"", "x"}, {" \n", "x"}};
	char buf[20];
	struct refusal why;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cmdline line = line_of(buf, sizeof(buf), "x");
		struct span s = {(const uint8_t *)cases[i][0], strlen(cases[i][0])};

		assert_int_equal(cmdline_append_section(&line, s, &why), REFUSAL_NONE);
		assert_string_equal(line.text, cases[i][1]);
		line.size = line.len;
		s = (struct span){(const uint8_t *)"\nab\n", 4};
		assert_int_equal(
		        cmdline_append_section(&line, s, &why), REFUSAL_CMDLINE_BUFFER);
	}
}

#define NAMES                                                                                  \
	"known are kshim.protocol=, kshim.console=, kshim.mode=, kshim.profile=, kshim.entry="
#define MODES     "kshim.mode= takes auto, direct or guest"
#define PROTOCOLS "kshim.protocol= takes auto, pvh, linux64 or linux32"

static void
assert_bad_word(const char *in, uint64_t where, const char *detail)
{
	char buf[256];
	struct cmdline line = line_of(buf, sizeof(buf), in);
	struct cmdline_words words, before;
	struct refusal why = {0};

	memset(&words, 0x5a, sizeof(words));
	before = words;
	assert_int_equal(cmdline_take_words(&line, &words, &why), REFUSAL_CMDLINE_WORD);
	assert_int_equal(why.code, REFUSAL_CMDLINE_WORD);
	assert_int_equal(why.where, where);
	assert_string_equal(why.detail, detail);
	assert_string_equal(line.text, in);
	assert_memory_equal(&words, &before, sizeof(words));
}

static void
unknown_words_are_refused(void **state)
{
	(void)state;
	assert_bad_word("kshim.", 0, NAMES);
	assert_bad_word("a kshim.protocl=pvh", 2, NAMES);
	assert_bad_word("a kshim.protocol", 2, NAMES);
	assert_bad_word("kshim.mode=auto kshim.protocol=", 16, PROTOCOLS);
	assert_bad_word("kshim.protocol=pvh2", 0, PROTOCOLS);
	assert_bad_word("kshim.protocol=pv", 0, PROTOCOLS);
	assert_bad_word("kshim.mode=Guest", 0, MODES);
	assert_bad_word("kshim.console=tty", 0, "kshim.console= takes com1, 0xe9 or none");
	assert_bad_word("a \"kshim.mode=a b\" kshim.mode=guest", 2, MODES);
}

static void
quiet_and_loglevel(void **state)
{
	static const struct {
		const char *line;
		bool quiet;
	} cases[] = {
	        {"", false},
	        {"quiet", true},
	        {"a quiet b", true},
	        {"quiet=1", false},
	        {"noquiet quietly", false},
	        {"loglevel=4", true},
	        {"loglevel=5", false},
	        {"loglevel=0", true},
	        {"loglevel=x", false},
	        {"quiet loglevel=x", true},
	        {"quiet loglevel=7", false},
	        {"loglevel=7 quiet", true},
	        {"-- quiet", false},
	        {"\"quiet\"", true},
	        {"x=\"a quiet b\"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (take(cases[i].line, cases[i].line).quiet != cases[i].quiet)
			fail_msg("%s", cases[i].line);
	}
}

static void
values_of_the_kernels_words(void **state)
{
	static const struct {
		const char *line, *want; /* NULL: none */
	} cases[] = {
	        {"", NULL},
	        {"vga", NULL},
	        {"xvga=1", NULL},
	        {"vga=", ""},
	        {"vga=ask", "ask"},
	        {"vga=ask a vga=ext", "ext"},
	        {"vga=ask -- vga=ext", "ask"},
	        {"vga=\"a b\" c", "a b"},
	        {"\"vga=a b\" c", "a b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buf[64];
		struct cmdline line = line_of(buf, sizeof(buf), cases[i].line);
		struct span v = {NULL, 0};
		bool found = cmdline_value(&line, "vga=", &v);

		assert_int_equal(found, cases[i].want != NULL);
		if (found) {
			assert_int_equal(v.size, strlen(cases[i].want));
			assert_memory_equal(v.base, cases[i].want, v.size);
		}
	}
}

/* strtoull with base 0 is the oracle. */
static void
numbers(void **state)
{
	static const char *const cases[] = {"0", "00", "08", "017", "9", "0x", "0xg", "0xfF",
	        "12k", "18446744073709551615", "18446744073709551616", "0xffffffffffffffff",
	        "0x10000000000000000", "99999999999999999999999", "0x1p", "7f"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *end;
		uint64_t want = strtoull(cases[i], &end, 0), got = 0;
		uint64_t used = cmdline_number(text(cases[i]), &got);

		assert_int_equal(used, end - cases[i]);
		assert_true(got == want);
	}
	assert_int_equal(cmdline_number(text(""), &(uint64_t){0}), 0);
	assert_int_equal(cmdline_number(text("x1"), &(uint64_t){0}), 0);
}

static void
mem_limit(void **state)
{
	static const struct {
		const char *line;
		uint64_t want;
	} cases[] = {
	        {"", UINT64_MAX},
	        {"mem=512M", 512ull << 20},
	        {"mem=1g a mem=256m", 256ull << 20},
	        {"mem=256m mem=1g", 256ull << 20},
	        {"mem=0x8000000", 0x8000000},
	        {"mem=100000k", 100000ull << 10},
	        {"mem=1t", 1ull << 40},
	        {"mem=2P", 2ull << 50},
	        {"mem=1E", 1ull << 60},
	        {"mem=16E", UINT64_MAX},
	        {"mem=nopentium", UINT64_MAX},
	        {"mem=64M@16M", UINT64_MAX},
	        {"mem=64MB", UINT64_MAX},
	        {"mem=64x", UINT64_MAX},
	        {"mem=", UINT64_MAX},
	        {"mem=0", UINT64_MAX},
	        {"memmap=64M", UINT64_MAX},
	        {"-- mem=64M", UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buf[64];
		struct cmdline line = line_of(buf, sizeof(buf), cases[i].line);

		if (cmdline_mem_limit(&line) != cases[i].want)
			fail_msg("%s", cases[i].line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(parts_are_joined_by_one_blank),
	        cmocka_unit_test(section_has_blanks_for_control_bytes),
	        cmocka_unit_test(section_is_never_cut),
	        cmocka_unit_test(control_bytes_are_refused),
	        cmocka_unit_test(sections_become_one_line),
	        cmocka_unit_test(profile_takes_any_value),
	        cmocka_unit_test(buffer_limit),
	        cmocka_unit_test(our_words_are_removed),
	        cmocka_unit_test(our_values),
	        cmocka_unit_test(unknown_words_are_refused),
	        cmocka_unit_test(quiet_and_loglevel),
	        cmocka_unit_test(values_of_the_kernels_words),
	        cmocka_unit_test(numbers),
	        cmocka_unit_test(mem_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
