/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of modules.dep, "PATH: NEEDED NEEDED ...", all paths relative to its folder. What is
 * needed comes as a whole, so that loading the list from its end to its start does it:
 * modprobe(8) relies on the same. Source: kmod's depmod(8), modules.dep(5).
 */
#include "modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/run/status.h"

/* "kernel/fs/fuse/virtiofs.ko.xz" is the module virtiofs; so is "virtio-fs" virtio_fs. */
static bool
is_module(struct span path, const char *name)
{
	const uint8_t *slash = memrchr(path.base, '/', path.size);
	size_t at = slash ? (size_t)(slash - path.base) + 1 : 0, len = strlen(name);

	if (path.size - at < len + 3)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = path.base[at + i];

		if ((c == '-' ? '_' : c) != name[i])
			return false;
	}
	return memcmp(path.base + at + len, ".ko", 3) == 0;
}

static struct span
next_line(struct span text, uint64_t *at)
{
	const uint8_t *end = memchr(text.base + *at, '\n', text.size - *at);
	struct span line = {
	        text.base + *at, end ? (uint64_t)(end - text.base) - *at : text.size - *at};

	*at += line.size + 1;
	return line;
}

/* The line of modules.dep that begins with this module; empty if there is none. */
static struct span
find(struct span text, const char *name)
{
	uint64_t at = 0;

	while (at < text.size) {
		struct span line = next_line(text, &at), path = line;
		const uint8_t *colon = memchr(line.base, ':', line.size);

		path.size = colon ? (uint64_t)(colon - line.base) : line.size;
		if (is_module(path, name))
			return line;
	}
	return (struct span){0};
}

static void
add_path(struct modules *m, const char *path, size_t len)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (strncmp(m->path[i], path, len) == 0 && !m->path[i][len])
			return;
	if (m->count == MODULES_MAX)
		return;
	m->path[m->count] = strndup(path, len);
	if (!m->path[m->count])
		no_memory();
	m->count++;
}

/* Those that it needs are behind it, the first to be loaded last. */
static void
add_line(struct modules *m, struct span line)
{
	const char *begin = (const char *)line.base, *end = begin + line.size;

	while (end > begin) {
		const char *word = end;

		while (word > begin && word[-1] != ' ')
			word--;
		add_path(m, word, (size_t)(end - word) - (end > word && end[-1] == ':'));
		end = word;
		while (end > begin && end[-1] == ' ')
			end--;
	}
}

enum modules_has
modules_add(struct modules *m, const char *name)
{
	struct span line = find(file_span(&m->dep), name);

	if (line.size) {
		add_line(m, line);
		return MODULES_FILE;
	}
	return find(file_span(&m->builtin), name).size ? MODULES_BUILTIN : MODULES_NONE;
}

static bool
try_folder(
        struct modules *m, const char *format, int len, const char *start, const char *version)
{
	int n = snprintf(m->folder, sizeof(m->folder), format, len, start, version);
	char dep[PATH_MAX + 16];

	if (n <= 0 || (size_t)n >= sizeof(m->folder))
		m->folder[0] = 0;
	snprintf(dep, sizeof(dep), "%s/modules.dep", m->folder);
	if (m->folder[0] && access(dep, R_OK) == 0)
		return true;
	m->folder[0] = 0;
	return false;
}

/* Is the kernel's file, whose folder is the first `len` bytes, in the folder of its modules? */
static bool
is_beside(const char *kernel, int len, const char *version)
{
	static char folder[PATH_MAX + 2], real[PATH_MAX];
	const char *name;
	int n = snprintf(folder, sizeof(folder), "%.*s.", len, kernel);

	if (n <= 0 || (size_t)n >= sizeof(folder) || !realpath(folder, real))
		return false;
	name = strrchr(real, '/') + 1;
	return *name && strcmp(name, version) == 0;
}

static bool
search_beside(struct modules *m, const char *kernel, const char *version)
{
	const char *slash = strrchr(kernel, '/');
	int len = slash ? (int)(slash - kernel) + 1 : 0;

	return (is_beside(kernel, len, version) && try_folder(m, "%.*s.", len, kernel, "")) ||
	       try_folder(m, "%.*slib/modules/%s", len, kernel, version) ||
	       try_folder(m, "%.*susr/lib/modules/%s", len, kernel, version) ||
	       try_folder(m, "%.*s../lib/modules/%s", len, kernel, version) ||
	       try_folder(m, "%.*s../usr/lib/modules/%s", len, kernel, version);
}

/* In the order of what is nearest to the kernel's own file, which may be a link's. */
static void
search(struct modules *m, const char *kernel, const char *version)
{
	static char real[PATH_MAX];

	(void)(search_beside(m, kernel, version) ||
	        (realpath(kernel, real) && search_beside(m, real, version)) ||
	        try_folder(m, "%.*s/lib/modules/%s", 0, "", version) ||
	        try_folder(m, "%.*s/usr/lib/modules/%s", 0, "", version));
}

static int
read_list(const struct modules *m, const char *name, struct file *ret_file)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", m->folder, name);
	return access(path, R_OK) == 0 ? file_read_text(path, ret_file) : STATUS_OK;
}

int
modules_open(
        const char *given, const char *kernel, const char *version, struct modules *ret_modules)
{
	struct modules *m = ret_modules;
	int status;

	memset(m, 0, sizeof(*m));
	if (given && !try_folder(m, "%.*s%s", 0, "", given))
		return fail(STATUS_REFUSED,
		        "--modules %s: there is no modules.dep; depmod makes it", given);
	if (!given)
		search(m, kernel, version);
	if (!m->folder[0])
		return STATUS_GO_ON;
	status = read_list(m, "modules.dep", &m->dep);
	if (status == STATUS_OK)
		status = read_list(m, "modules.builtin", &m->builtin);
	return status == STATUS_OK ? STATUS_GO_ON : status;
}

void
modules_close(struct modules *m)
{
	for (uint32_t i = 0; i < m->count; i++)
		free((void *)m->path[i]);
	file_free(&m->dep);
	file_free(&m->builtin);
	m->count = 0;
}
