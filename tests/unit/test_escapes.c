/* SPDX-License-Identifier: BSD-2-Clause */
/* What passes from a guest to the host's terminal, and what does not. */
#include "tests/unit/unit.h"

#include "tools/run/escapes.h"

#include <stdlib.h>
#include <string.h>

static size_t
filter(struct escapes *e, const char *in, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		const uint8_t *bytes;
		size_t more = escapes_put(e, (uint8_t)in[i], &bytes);

		assert_true(more <= ESCAPES_MAX);
		memcpy(out + n, bytes, more);
		n += more;
	}
	return n;
}

static void
assert_filtered(const char *in, const char *wanted)
{
	struct escapes e = {0};
	char out[256];
	size_t n = filter(&e, in, strlen(in), out);

	out[n] = 0;
	assert_string_equal(out, wanted);
}

static void
what_only_draws_passes(void **state)
{
	static const char *const same[] = {"plain\ttext\r\n\a\b", "\x1b[1;31mred\x1b[0m",
	        "\x1b[2J\x1b[10;20H\x1b[K\x1b[3A", "\x1b[?25l\x1b[?1049h", "\x1b(0lqk\x1b(B",
	        "\x1b"
	        "7\x1b"
	        "8\x1bM",
	        "\xc3\xa4\xe2\x9b\x9b\xf0\x9f\x98\x80", "\xc2\xa9", "\xe4"};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_filtered(same[i], same[i]);
}

static void
what_does_more_does_not_pass(void **state)
{
	static const char *const gone[] = {
	        "\x1b]0;title\a",
	        "\x1b]52;c;aGFja2Vk\x1b\\",
	        "\x1bP$q\"p\x1b\\",
	        "\x1b_G1\x1b\\",
	        "\x1b^x\x1b\\",
	        "\x1bXx\x1b\\", /* strings */
	        "\x1b[6n",
	        "\x1b[c",
	        "\x1b[>0q",
	        "\x1b[21t",
	        "\x1bZ",
	        "\x05", /* answers */
	        "\x1b[5i",
	        "\x1b[?1000h",
	        "\x1b[4h",
	        "\x1b[99999b", /* printers, modes, floods */
	        "\x1b"
	        "c",
	        "\x1b[!p",
	        "\x1b#8",
	        "\x1b(#0",
	        "\x0e",
	        "\x7f", /* state */
	        "\x9b",
	        "\x9d\x90",
	        "\xc2\x9b",
	        "\xc2\x9d", /* the same above 0x7f */
	        "\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1m",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		assert_filtered(gone[i], "");
}

static void
a_line_is_never_lost(void **state)
{
	(void)state;
	assert_filtered("\x1b]0;no end\nnext", "\nnext");
	assert_filtered("\x1b[12\nnext", "\nnext");
	assert_filtered("\x1b\nnext", "\nnext");
	assert_filtered("\x1b[6\x1b[1mbold", "\x1b[1mbold");
	assert_filtered("\x1b]0;a\x1b[1mbold", "\x1b[1mbold");
	assert_filtered("\xc2text", "text");
	assert_filtered("\x1b\atext", "\atext");
}

/* Whatever comes, no escape passes but ESC [, a charset, or one of the short ones. */
static void
random_bytes(void **state)
{
	static const char bytes[] = "\x1b\x1b[]P0;?>mntch\\\a\n\xc2\x9b\x9d\xe2x(";
	struct escapes e = {0};

	(void)state;
	srand(1);
	for (int i = 0; i < 200000; i++) {
		const char in = bytes[(size_t)rand() % (sizeof(bytes) - 1)];
		char out[ESCAPES_MAX];
		size_t n = filter(&e, &in, 1, out);

		if (n && out[0] == 0x1b)
			assert_true(n > 1 && !strchr("]P\\c", out[1]) &&
			            !memchr(out + 1, 0x1b, n - 1));
		if (n && out[0] == 0x1b && out[1] == '[')
			assert_non_null(strchr("mhP", out[n - 1]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_only_draws_passes),
	        cmocka_unit_test(what_does_more_does_not_pass),
	        cmocka_unit_test(a_line_is_never_lost),
	        cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
