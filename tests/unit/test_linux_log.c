/* SPDX-License-Identifier: BSD-2-Clause */
/* Which lines of a console tell of a panic. */
#include "tests/unit/unit.h"

#include "tools/linux_log.h"

static void
lines(void **state)
{
	static const struct {
		const char *line;
		enum linux_line what;
	} rows[] = {
	        {"---[ end Kernel panic - not syncing: x ]---", LINUX_LINE_PANIC_END},
	        {"[    2.4] ---[ end Kernel panic - not syncing: x ]---", LINUX_LINE_PANIC_END},
	        {"[    2.4][    T1] Kernel panic - not syncing: x", LINUX_LINE_PANIC},
	        {"<0>[    2.4] Kernel panic - not syncing: x", LINUX_LINE_PANIC},
	        {"Rebooting in 10 seconds..", LINUX_LINE_REBOOTS},
	        {"[    2.4] BUG: kernel NULL pointer dereference", LINUX_LINE_OOPS},
	        {"[    2.4] RIP: 0010:f+0x7/0x10", LINUX_LINE_WHERE},
	        {"log: Kernel panic - not syncing: x", LINUX_LINE_OTHER},
	        {"[no end Kernel panic - not syncing: x", LINUX_LINE_OTHER},
	        {"[two\n] Kernel panic - not syncing: x", LINUX_LINE_OTHER},
	        {"", LINUX_LINE_OTHER},
	        {"<", LINUX_LINE_OTHER},
	        {"[", LINUX_LINE_OTHER},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(linux_line(rows[i].line), rows[i].what);
}

static void
an_end_in_many_lines(void **state)
{
	(void)state;
	assert_true(linux_log_panic_end("a\n[ 1.0] ---[ end Kernel panic - not syncing: x"));
	assert_false(linux_log_panic_end("a\nb ---[ end Kernel panic - not syncing: x\n"));
	assert_false(linux_log_panic_end(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lines),
	        cmocka_unit_test(an_end_in_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
