/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grub.cfg with more than there is room for: wherever the text, the entries or the blocks end,
 * the script is refused by its line, and read whole with what was missing.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "stub/base/text.h"
#include "stub/input/grub_cfg.h"

static struct grub_cfg cfg;
static struct refusal why;
static char script[2 * GRUB_TEXT];

#define MENU                                                                                   \
	"menuentry 'one' {\n"                                                                  \
	"\tlinux /vmlinuz 'root=/dev/vda1 x' \"a\\b\" $e quiet\n"                              \
	"\tinitrd /a$e /b\n"                                                                   \
	"}\n"

static enum refusal_code
read_script(const char *env)
{
	return grub_cfg_read(text_span(script), text_span(env),
	        text_span("(uuid:0000-0001)/boot/grub"), NULL, &cfg, &why);
}

/* Read the script behind one that uses all but `left` bytes of the text. */
static enum refusal_code
read_with_left(uint32_t left, const char *rest, const char *env)
{
	static uint32_t before; /* what an empty assignment and the start use */
	size_t n;

	if (!before) {
		strcpy(script, "x=\"${e}\"\nconfigfile /x\n");
		assert_int_equal(read_script(""), REFUSAL_NONE);
		before = cfg.used;
	}
	n = (size_t)sprintf(script, "x=\"${e}");
	memset(script + n, 'x', GRUB_TEXT - left);
	n += GRUB_TEXT - left;
	sprintf(script + n, "\"\n%s", rest);
	return read_script(env);
}

/* The script is refused while its text has no room, and then read. */
static void
needs_room(const char *rest, const char *env)
{
	uint32_t left = 0;

	while (read_with_left(left, rest, env)) {
		assert_int_equal(why.code, REFUSAL_GRUB_CFG);
		if (++left > 1000)
			fail_msg("line %llu: %s", (unsigned long long)why.found, why.detail);
	}
	assert_true(left > 3);
	assert_true(cfg.used <= GRUB_TEXT);
	assert_true(GRUB_TEXT - cfg.used < 4);
}

static void
text_is_full(void **state)
{
	(void)state;
	needs_room(MENU, "");
	needs_room("search --set=root --fs-uuid 1234-ABCD\n" MENU, "");
	needs_room("load_env\n" MENU, "# GRUB Environment Block\nsaved_entry=a$b\n####");
	needs_room("submenu 's' {\n" MENU "}\n", "");
	needs_room("set y=\"ab$z\"\nconfigfile /other$z\n", "");
}

/* Nested blocks up to the most that are followed, and one more. */
static enum refusal_code
nest(unsigned depth, const char *open, const char *close)
{
	script[0] = '\0';
	for (unsigned i = 0; i < depth; i++)
		strcat(script, open);
	strcat(script, "menuentry 'a' {\nlinux /k\n}\n");
	for (unsigned i = 0; i < depth; i++)
		strcat(script, close);
	return read_script("");
}

static void
blocks_are_too_deep(void **state)
{
	static const char *const pairs[][2] = {{"submenu 's' {\n", "}\n"},
	        {"if true; then\n", "fi\n"}, {"while true; do\n", "done\n"}, {"{\n", "}\n"}};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(nest(GRUB_DEPTH, pairs[i][0], pairs[i][1]), REFUSAL_GRUB_CFG);
		assert_int_equal(why.found, GRUB_DEPTH + 1);
	}
	assert_int_equal(nest(GRUB_DEPTH - 1, "submenu 's' {\n", "}\n"), REFUSAL_NONE);
	assert_int_equal(cfg.items, GRUB_DEPTH);
	assert_int_equal(grub_default(&cfg), GRUB_DEPTH - 1);
}

static void
entries_are_too_many(void **state)
{
	(void)state;
	script[0] = '\0';
	for (unsigned i = 0; i < GRUB_ITEMS; i++)
		strcat(script, "menuentry a {\nlinux /k\n}\n");
	assert_int_equal(read_script(""), REFUSAL_NONE);
	assert_int_equal(cfg.items, GRUB_ITEMS);
	strcat(script, "menuentry a {\nlinux /k\n}\n");
	assert_int_equal(read_script(""), REFUSAL_GRUB_CFG);
	assert_int_equal(why.found, 3 * GRUB_ITEMS + 1);
}

/* The environment block has no variables but comments, or lines that are none. */
static void
environment_blocks(void **state)
{
	static const char load[] =
	        "load_env\nset default=\"$a\"\nmenuentry 'one' {\nlinux /k\n}\n";

	(void)state;
	strcpy(script, load);
	assert_int_equal(read_script(""), REFUSAL_NONE);
	assert_int_equal(read_script("\n\n#a=b\nnothing\n=c\na=one"), REFUSAL_NONE);
	assert_true(span_equals(cfg.chosen, "one"));
	assert_int_equal(read_script("a=back\\\\slash\n"), REFUSAL_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(text_is_full),
	        cmocka_unit_test(blocks_are_too_deep),
	        cmocka_unit_test(entries_are_too_many),
	        cmocka_unit_test(environment_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
