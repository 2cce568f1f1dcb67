/* SPDX-License-Identifier: BSD-2-Clause */
/* What `kshim run` keeps of a console, and prints of it at the end. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/run/watch.h"

#define PRINTED 4096

static struct watch w;

static int
set_up(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	return 0;
}

/* True if one of the bytes was the last of a panic. */
static bool
put(const char *text)
{
	bool over = false;

	for (; *text; text++)
		over |= watch_put(&w, (uint8_t)*text);
	return over;
}

/* Lines "NAME 1" to "NAME n". */
static void
put_lines(const char *name, int n)
{
	char line[32];

	for (int i = 1; i <= n; i++) {
		snprintf(line, sizeof(line), "%s %d\r\n", name, i);
		assert_false(put(line));
	}
}

/* What watch_print() writes to standard error. */
static const char *
printed(void)
{
	static char text[PRINTED];
	int error = dup(STDERR_FILENO), pipes[2];
	ssize_t n;

	assert_true(error >= 0);
	assert_int_equal(pipe(pipes), 0);
	assert_true(dup2(pipes[1], STDERR_FILENO) >= 0);
	watch_print(&w);
	assert_true(dup2(error, STDERR_FILENO) >= 0);
	close(pipes[1]);
	n = read(pipes[0], text, sizeof(text) - 1);
	assert_true(n >= 0);
	text[n] = 0;
	close(pipes[0]);
	close(error);
	return text;
}

static void
without_a_fault_the_last_lines(void **state)
{
	(void)state;
	put_lines("line", WATCH_LINES + 2);
	assert_string_equal(printed(),
	        "  The last lines:\n    line 3\n    line 4\n    line 5\n"
	        "    line 6\n    line 7\n    line 8\n    line 9\n    line 10\n"
	        "    line 11\n    line 12\n    line 13\n    line 14\n");
}

static void
what_came_before_a_panic(void **state)
{
	(void)state;
	put_lines("boot", 11);
	assert_false(put("[ 1.0] VFS: Cannot open root device \"vda1\"\n"
	                 "[ 1.0] here are the available partitions:\n"
	                 "[ 1.0] \n\n"
	                 "[ 1.1] Kernel panic - not syncing: VFS\n"));
	put_lines("trace", 13);
	assert_true(put("[ 1.2] ---[ end Kernel panic - not syncing: VFS ]---\n"));
	assert_string_equal(w.panic, "Kernel panic - not syncing: VFS");
	assert_string_equal(printed(),
	        "  The lines before the panic:\n    boot 2\n    boot 3\n"
	        "    boot 4\n    boot 5\n    boot 6\n    boot 7\n    boot 8\n"
	        "    boot 9\n    boot 10\n    boot 11\n"
	        "    [ 1.0] VFS: Cannot open root device \"vda1\"\n"
	        "    [ 1.0] here are the available partitions:\n  The last lines:\n"
	        "    trace 3\n    trace 4\n    trace 5\n    trace 6\n    trace 7\n"
	        "    trace 8\n    trace 9\n    trace 10\n    trace 11\n"
	        "    trace 12\n    trace 13\n"
	        "    [ 1.2] ---[ end Kernel panic - not syncing: VFS ]---\n");
}

/* A line that is among the last is not printed twice. */
static void
a_short_trace(void **state)
{
	(void)state;
	put_lines("boot", 4);
	assert_false(put("Kernel panic - not syncing: x\n"));
	put_lines("trace", 9);
	assert_string_equal(printed(),
	        "  The lines before the panic:\n    boot 1\n    boot 2\n"
	        "  The last lines:\n    boot 3\n    boot 4\n"
	        "    Kernel panic - not syncing: x\n    trace 1\n    trace 2\n"
	        "    trace 3\n    trace 4\n    trace 5\n    trace 6\n    trace 7\n"
	        "    trace 8\n    trace 9\n");
}

static void
all_of_it_is_among_the_last(void **state)
{
	(void)state;
	put_lines("boot", 2);
	assert_false(put("Kernel panic - not syncing: x\n"));
	assert_string_equal(printed(), "  The last lines:\n    boot 1\n    boot 2\n"
	                               "    Kernel panic - not syncing: x\n");
}

/* The panic that follows is of it, and the lines before that are its trace. */
static void
what_came_before_an_oops(void **state)
{
	(void)state;
	assert_false(put("loading m\n[ 1.0] BUG: kernel NULL pointer dereference\n"));
	put_lines("trace", 8);
	assert_false(put("[ 1.0] RIP: 0010:f+0x7/0x10\n"));
	put_lines("more", 3);
	assert_false(put("BUG: another\nKernel panic - not syncing: Fatal exception\n"));
	assert_string_equal(printed(),
	        "  The lines before the first oops:\n    loading m\n"
	        "  The first oops:\n    BUG: kernel NULL pointer dereference\n"
	        "    RIP: 0010:f+0x7/0x10\n  The last lines:\n    trace 3\n"
	        "    trace 4\n    trace 5\n    trace 6\n    trace 7\n    trace 8\n"
	        "    [ 1.0] RIP: 0010:f+0x7/0x10\n    more 1\n    more 2\n"
	        "    more 3\n    BUG: another\n"
	        "    Kernel panic - not syncing: Fatal exception\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(without_a_fault_the_last_lines, set_up),
	        cmocka_unit_test_setup(what_came_before_a_panic, set_up),
	        cmocka_unit_test_setup(a_short_trace, set_up),
	        cmocka_unit_test_setup(all_of_it_is_among_the_last, set_up),
	        cmocka_unit_test_setup(what_came_before_an_oops, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
