/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/option.h"

#include <string.h>

#include "stub/body/report.h"
#include "tools/cmd.h"

int
option_choice(const char *text, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return -1;
}

bool
option_protocol(const char *text, enum protocol *ret_protocol)
{
	for (enum protocol p = PROTOCOL_AUTO; p <= PROTOCOL_LINUX32; p++) {
		if (strcmp(text, protocol_name(p)) == 0) {
			*ret_protocol = p;
			return true;
		}
	}
	return false;
}

int
option_bad(const char *option, const char *value, const char *wanted)
{
	return fail(STATUS_USAGE, "%s: '%s' is not %s", option, value, wanted);
}
