/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/linux_banner.h"

#include <ctype.h>
#include <string.h>

#include "tools/budget.h"

#define BANNER_MAX 1024 /* bytes of a line that are looked at */

/* The format string of /proc has a %s for the version, and drivers print versions of their own.
 */
static bool
is_banner(struct span line)
{
	uint64_t at = sizeof(LINUX_BANNER) - 1;

	if (!isdigit(span_u8(line, at)))
		return false;
	while (at < line.size && line.base[at] != ' ')
		at++;
	return span_is(line, at, " (", 2) && memmem(line.base, line.size, ") #", 3);
}

static struct span
line_at(struct span s, uint64_t at)
{
	uint64_t end = at;
	struct span line = {s.base, 0};

	while (end < s.size && end - at < BANNER_MAX && s.base[end] && s.base[end] != '\n')
		end++;
	(void)span_sub(s, at, end - at, &line);
	return line;
}

bool
linux_banner_find(struct span plain, struct span *ret_line)
{
	struct span s = plain;
	uint64_t at = 0;

	s.size = s.size < BUDGET_LOOK ? s.size : BUDGET_LOOK;
	while (at < s.size) {
		const uint8_t *found = memmem(
		        s.base + at, s.size - at, LINUX_BANNER, sizeof(LINUX_BANNER) - 1);

		if (!found)
			return false;
		at = (uint64_t)(found - s.base);
		*ret_line = line_at(s, at);
		if (is_banner(*ret_line))
			return true;
		at += sizeof(LINUX_BANNER) - 1;
	}
	return false;
}
