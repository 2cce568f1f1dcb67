/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/plan/config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tools/config_beside.h"
#include "tools/ikconfig.h"

/* The release in the bzImage's header, "6.1.0-50-amd64" of "6.1.0-50-amd64 (debian-kernel@...";
 * else none. */
static struct span
release(const struct plan_case *c)
{
	struct span file = c->file[0].bytes, text, found = {0};
	uint64_t off = c->facts.bz.version_off, n = 0;

	if (c->facts.format != KERNEL_BZIMAGE || !off ||
	        !span_sub(file, c->in_files[0].addr, c->req.blob[0].size, &text))
		return found;
	while (span_u8(text, off + n) > ' ' && span_u8(text, off + n) <= '~')
		n++;
	span_sub(text, off, n, &found);
	return found;
}

bool
config_find(struct plan_case *c, struct config *ret_config, int *ret_status)
{
	struct config *g = ret_config;
	char path[PATH_MAX];

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
	} else if (config_beside_find(c->options.kernel, release(c), path, sizeof(path))) {
		file_free(&g->text);
		snprintf(g->from, sizeof(g->from), "%.255s", path);
		*ret_status = file_read_text(path, &g->text);
		return *ret_status == STATUS_OK;
	}
	return true;
}
