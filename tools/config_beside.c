/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/config_beside.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/disk_image.h"

/* A kernel's file taken apart, and what is asked for. */
struct search {
	const char *folder; /* with the slash at its end; "" for the working directory */
	int folder_len;
	char *buf;
	size_t size;
};

static bool
can_be_read(const char *path)
{
	return access(path, R_OK) == 0 || disk_path_exists(path);
}

/* Is there "FOLDER[0..len) MIDDLE VERSION END"? */
static bool
is_there(const struct search *s, int len, const char *middle, struct span version,
        const char *end)
{
	int n = snprintf(s->buf, s->size, "%.*s%s%.*s%s", len, s->folder, middle,
	        (int)version.size, (const char *)version.base, end);

	return n > 0 && (size_t)n < s->size && can_be_read(s->buf);
}

/* Is `name` the last part of the folder's path, before its slash? */
static bool
folder_is(const struct search *s, struct span name)
{
	size_t len = (size_t)s->folder_len;

	return len > name.size && s->folder[len - 1] == '/' &&
	       !memcmp(s->folder + len - 1 - name.size, name.base, name.size) &&
	       (len == name.size + 1 || s->folder[len - 2 - name.size] == '/');
}

/* Does the folder's path end in this one, which is no part of a longer name? */
static bool
ends_in(const struct search *s, const char *folder)
{
	int start = s->folder_len - (int)strlen(folder);

	return start >= 0 && !memcmp(s->folder + start, folder, strlen(folder)) &&
	       (!start || s->folder[start - 1] == '/');
}

/* What a kernel was built with, where it was built; .config may have been changed since. */
static bool
find_in_build_tree(const struct search *s, const char *name)
{
	static const char built[] = "include/config/auto.conf";
	static const struct {
		const char *name, *folder;
	} places[] = {{"vmlinux", ""}, {"bzImage", "arch/x86/boot/"},
	        {"bzImage", "arch/x86_64/boot/"}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!strcmp(name, places[i].name) && ends_in(s, places[i].folder) &&
		        is_there(s, s->folder_len - (int)strlen(places[i].folder), built,
		                (struct span){0}, ""))
			return true;
	return false;
}

static bool
find(const struct search *s, struct span version)
{
	static const char boot[] = "boot";
	struct span boot_name = {(const uint8_t *)boot, sizeof(boot) - 1};
	int tree = s->folder_len - (int)sizeof(boot); /* without "boot/" */

	if (!version.size || memchr(version.base, '/', version.size))
		return false;
	if (is_there(s, s->folder_len, "config-", version, ""))
		return true;
	if (folder_is(s, version))
		return is_there(s, s->folder_len, "", (struct span){0}, "config");
	return folder_is(s, boot_name) &&
	       (is_there(s, tree, "usr/lib/modules/", version, "/config") ||
	               is_there(s, tree, "lib/modules/", version, "/config"));
}

static bool
find_beside(const char *kernel, struct span version, char *buf, size_t size)
{
	const char *slash = strrchr(kernel, '/'), *name = slash ? slash + 1 : kernel;
	const char *dash = strchr(name, '-');
	struct search s = {kernel, (int)(name - kernel), buf, size};
	struct span named = {0};

	if (dash)
		named = (struct span){(const uint8_t *)dash + 1, strlen(dash + 1)};
	return find_in_build_tree(&s, name) || find(&s, named) || find(&s, version);
}

const char *
config_beside_find(const char *kernel, struct span version, char *buf, size_t size)
{
	char real[PATH_MAX];

	return find_beside(kernel, version, buf, size) ||
	                       (realpath(kernel, real) && find_beside(real, version, buf, size))
	               ? buf
	               : NULL;
}
