/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for a configuration; the version comes from the bzImage's version string, else from the
 * name of the file (vmlinuz-VERSION).
 */
#include "tools/plan/config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/ikconfig.h"

#define VERSION_MAX 100

/* "6.1.0-50-amd64 (debian-kernel@...": up to the blank. */
static size_t
version_in_header(const struct plan_case *c, char version[VERSION_MAX])
{
	struct span file = c->file[0].bytes, text;
	size_t n = 0;

	if (c->facts.format != KERNEL_BZIMAGE || !c->facts.bz.version_off ||
	        !span_sub(file, c->in_files[0].addr, c->req.blob[0].size, &text))
		return 0;
	while (n + 1 < VERSION_MAX) {
		uint8_t ch = span_u8(text, c->facts.bz.version_off + n);

		if (ch <= ' ' || ch > '~' || ch == '/')
			break;
		version[n++] = (char)ch;
	}
	return n;
}

/* The path of config-VERSION in the kernel's folder, if it can be read. */
static bool
beside(const struct plan_case *c, const char *version, size_t len, char *path, size_t size)
{
	const char *slash = strrchr(c->options.kernel, '/');
	int dir = slash ? (int)(slash - c->options.kernel) + 1 : 0;
	int n = snprintf(
	        path, size, "%.*sconfig-%.*s", dir, c->options.kernel, (int)len, version);

	return n > 0 && (size_t)n < size && access(path, R_OK) == 0;
}

static bool
find_beside(const struct plan_case *c, char *path, size_t size)
{
	char version[VERSION_MAX];
	const char *name = strrchr(c->options.kernel, '/');
	size_t n = version_in_header(c, version);

	name = strchr(name ? name : c->options.kernel, '-');
	return (n && beside(c, version, n, path, size)) ||
	       (name && beside(c, name + 1, strlen(name + 1), path, size));
}

bool
config_find(struct plan_case *c, struct config *ret_config, int *ret_status)
{
	struct config *g = ret_config;
	char path[4096];

	memset(g, 0, sizeof(*g));
	if (c->options.config) {
		snprintf(g->from, sizeof(g->from), "%s", c->options.config);
		*ret_status = file_read_text(c->options.config, &g->text);
		return *ret_status == STATUS_OK;
	}
	*ret_status = ikconfig_read(c->file[0].bytes, &c->budget[0], &g->text, g->why);
	if (*ret_status == STATUS_HOST)
		return false;
	if (*ret_status == STATUS_OK)
		g->why[0] = 0;
	*ret_status = STATUS_OK;
	if (g->text.size) {
		snprintf(g->from, sizeof(g->from), "the configuration inside the kernel");
	} else if (find_beside(c, path, sizeof(path))) {
		file_free(&g->text);
		snprintf(g->from, sizeof(g->from), "%.255s", path);
		*ret_status = file_read_text(path, &g->text);
		return *ret_status == STATUS_OK;
	}
	return true;
}
