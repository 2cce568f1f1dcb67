/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The beginnings of lines by which Linux tells of oopses and panics: linux_log.h.
 */
#include "tools/linux_log.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *begin;
	enum linux_line what;
} begins[] = {
        {"---[ end Kernel panic", LINUX_LINE_PANIC_END},
        {"Kernel panic - not syncing", LINUX_LINE_PANIC},
        {"Rebooting in ", LINUX_LINE_REBOOTS},
        {"BUG: ", LINUX_LINE_OOPS},
        {"kernel BUG at ", LINUX_LINE_OOPS},
        {"Oops", LINUX_LINE_OOPS},
        {"general protection fault", LINUX_LINE_OOPS},
        {"invalid opcode: ", LINUX_LINE_OOPS},
        {"divide error: ", LINUX_LINE_OOPS},
        {"stack segment: ", LINUX_LINE_OOPS},
        {"traps: PANIC: ", LINUX_LINE_OOPS},
        {"RIP: ", LINUX_LINE_WHERE},
        {"EIP: ", LINUX_LINE_WHERE},
};

/* Past one `[...]` and the blanks behind it; `line` itself if there is none. */
static const char *
skip_brackets(const char *line)
{
	size_t len = *line == '[' ? strcspn(line, "]\n") : 0;

	if (!len || line[len] != ']')
		return line;
	return line + len + 1 + strspn(line + len + 1, " ");
}

const char *
linux_line_text(const char *line)
{
	if (line[0] == '<' && line[1] && line[2] == '>')
		line += 3;
	return skip_brackets(skip_brackets(line));
}

enum linux_line
linux_line(const char *line)
{
	const char *text = linux_line_text(line);

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(text, begins[i].begin, strlen(begins[i].begin)) == 0)
			return begins[i].what;
	return LINUX_LINE_OTHER;
}

bool
linux_log_panic_end(const char *lines)
{
	while (linux_line(lines) != LINUX_LINE_PANIC_END) {
		lines = strchr(lines, '\n');
		if (!lines)
			return false;
		lines++;
	}
	return true;
}
