/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for images relative to the program, so that an installed tree may be moved.
 */
#include "find_image.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Those that start without a slash are relative to the program. */
static const char *const folders[] = {"../share/kshim/", "../lib/kshim/", "../share/qemu/",
        "/usr/local/share/kshim/", "/usr/local/lib/kshim/", "/usr/local/share/qemu/",
        "/usr/share/kshim/", "/usr/lib/kshim/", "/usr/share/qemu/"};

/* "/usr/bin/" of /usr/bin/kshim; empty if /proc does not tell. */
static void
own_folder(char *buf, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", buf, size - 1);
	char *slash;

	buf[len > 0 ? len : 0] = '\0';
	slash = strrchr(buf, '/');
	if (slash)
		slash[1] = '\0';
}

static bool
readable(char *buf, size_t size, const char *start, const char *middle, const char *end)
{
	int n = snprintf(buf, size, "%s%s%s", start, middle, end);

	return n > 0 && (size_t)n < size && access(buf, R_OK) == 0;
}

const char *
find_image(const char *name, char *buf, size_t size)
{
	char self[PATH_MAX];

	own_folder(self, sizeof(self));
	if (readable(buf, size, self, name, ""))
		return buf;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (readable(buf, size, *folders[i] == '/' ? "" : self, folders[i], name))
			return buf;
	return NULL;
}
