/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tools/run/virtio/device.c, as part of a fuzzer: its sentences are not printed.
 */
#include <stdio.h>

static int
fake_fprintf(FILE *f, const char *format, ...)
{
	(void)f;
	(void)format;
	return 0;
}

#define fprintf fake_fprintf
#include "tools/run/virtio/device.c"
#undef fprintf
