/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In place of tools/kshim.c for fuzzers of tools/: what would be printed is formatted, so that
 * each argument is looked at, and forgotten.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/cmd.h"

int
fail(int status, const char *format, ...)
{
	char line[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return status;
}

int
fail_refusal(const char *path, struct refusal why)
{
	char line[8192];

	(void)path;
	refusal_format(&why, line, sizeof(line));
	return STATUS_REFUSED;
}

void
host_failed(void)
{
	abort();
}

void
no_memory(void)
{
	abort();
}
