/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads volumes for a boot that is foretold. Only FAT counts of an image, because UEFI reads no
 * other file system.
 */
#include "tools/measure/media.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "tools/cmd.h"

void
media_open(struct media *m)
{
	m->volumes = 0;
	m->files = NULL;
	m->name = NULL;
	m->bytes = (struct file){.path = NULL};
	media_add_folder(m, "");
}

void
media_add_folder(struct media *m, const char *folder)
{
	struct media_volume *v = &m->volume[m->volumes++];

	*v = (struct media_volume){.folder = folder};
}

/* Open the FAT file system of a partition, if it has one. */
static void
add_partition(struct media *m, const struct partition *part)
{
	struct media_volume *v = &m->volume[m->volumes];
	struct refusal why;

	if (m->volumes == MEDIA_VOLUMES || fs_open(&part->volume, &v->fs, &why) ||
	        v->fs.kind != FS_FAT)
		return;
	v->folder = NULL;
	v->number = part->number;
	v->has_entries = partition_is_xbootldr(part);
	m->volumes++;
}

static enum refusal_code
add_partitions(struct media *m, struct span bytes, struct refusal *ret_why)
{
	struct partition_cursor cursor = {0};
	struct partition part;
	bool found = true;
	enum refusal_code code;

	disk_image_open(bytes, &m->disk);
	disk_bound(&m->disk.disk);
	code = partitions_open(&m->disk.disk, &m->table, ret_why);
	while (!code && found) {
		if (partitions_next(&m->table, &cursor, &found, &part, ret_why))
			found = true; /* the walk goes on */
		else if (found)
			add_partition(m, &part);
	}
	return code;
}

bool
media_is_image(struct span file)
{
	static struct media m;
	struct refusal why;

	media_open(&m);
	return !add_partitions(&m, file, &why) && m.volumes > MEDIA_HOST + 1;
}

int
media_add_image(struct media *m, const char *path)
{
	struct refusal why;
	int status = file_read(path, &m->bytes);

	if (status != STATUS_OK)
		return status;
	m->name = path;
	if (add_partitions(m, file_span(&m->bytes), &why))
		return fail_refusal(path, why);
	return m->volumes > MEDIA_HOST + 1
	               ? STATUS_OK
	               : fail(STATUS_REFUSED, "%s: no FAT file system is on it", path);
}

/* Is there such a name in the folder at `path`, but for the case of its letters? Append it. */
static bool
append_name(char path[PATH_MAX], const char *name, size_t len)
{
	size_t at = strlen(path);
	DIR *dir;
	struct dirent *d;

	if (at + len + 2 > PATH_MAX)
		return false;
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		if (strncasecmp(d->d_name, name, len) == 0 && !d->d_name[len])
			break;
	}
	if (dir && d)
		snprintf(path + at, PATH_MAX - at, "/%s", d->d_name);
	if (dir)
		closedir(dir);
	return dir && d;
}

/* A path below a folder of this host; false if there is none. */
static bool
host_path(const char *folder, const char *path, char ret_path[PATH_MAX])
{
	struct stat st;
	int len = snprintf(ret_path, PATH_MAX, "%s%s%s", folder,
	        !folder[0] || path[0] == '\\' || path[0] == '/' ? "" : "/", path);

	for (char *c = ret_path + strlen(folder); folder[0] && len < PATH_MAX && *c; c++)
		if (*c == '\\')
			*c = '/';
	if (len < PATH_MAX && stat(ret_path, &st) == 0)
		return true;
	if (!folder[0] || (size_t)snprintf(ret_path, PATH_MAX, "%s", folder) >= PATH_MAX)
		return false;
	while (*path) {
		size_t n = strcspn(path, "\\/");

		if (n && !append_name(ret_path, path, n))
			return false;
		path += n + (path[n] != 0);
	}
	return true;
}

/* A path as the readers of disks want it. */
static bool
disk_path(const char *path, char ret_path[FS_PATH])
{
	size_t len = strlen(path);

	if (len >= FS_PATH)
		return false;
	for (size_t i = 0; i <= len; i++)
		ret_path[i] = path[i] == '\\' ? '/' : path[i];
	return true;
}

/* What is at that path; neither a file nor a folder if nothing is. */
static enum refusal_code
find_on_disk(struct media_volume *v, const char *path, struct fs_node *ret_node,
        struct refusal *ret_why)
{
	char native[FS_PATH];
	enum refusal_code code = REFUSAL_DISK_NO_FILE;

	*ret_node = (struct fs_node){.type = FS_OTHER};
	if (disk_path(path, native))
		code = fs_find(&v->fs, (struct span){(const uint8_t *)native, strlen(native)},
		        ret_node, ret_why);
	return code == REFUSAL_DISK_NO_FILE ? REFUSAL_NONE : code;
}

int
media_find(struct media *m, uint32_t number, const char *path)
{
	struct fs_node node;
	struct refusal why;

	for (uint32_t i = MEDIA_HOST + 1; i < m->volumes; i++) {
		struct media_volume *v = &m->volume[i];
		char host[PATH_MAX];

		if (number != DISK_PATH_ANY && v->number != number)
			continue;
		if (v->folder ? host_path(v->folder, path, host)
		              : !find_on_disk(v, path, &node, &why) && node.type == FS_FILE)
			return (int)i;
	}
	return -1;
}

static int
list_host(const char *path, media_name *each, void *arg)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	struct stat st;

	if (!dir)
		return errno == ENOENT || errno == ENOTDIR
		               ? STATUS_OK
		               : fail(STATUS_HOST, "cannot read %s: %s", path, strerror(errno));
	while ((d = readdir(dir))) {
		if (fstatat(dirfd(dir), d->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
			each(arg, d->d_name);
	}
	closedir(dir);
	return STATUS_OK;
}

static int
list_disk(struct media *m, struct media_volume *v, const char *folder, media_name *each,
        void *arg)
{
	struct fs_cursor cursor = {0};
	static struct fs_entry e;
	struct fs_node node;
	struct refusal why;
	bool found = true;
	enum refusal_code code = find_on_disk(v, folder, &node, &why);

	if (!code && node.type != FS_DIRECTORY)
		return STATUS_OK;
	while (!code && found) {
		code = fs_next(&v->fs, &node, &cursor, &found, &e, &why);
		if (!code && found && e.node.type == FS_FILE)
			each(arg, e.name);
	}
	return code ? fail_refusal(m->name, why) : STATUS_OK;
}

int
media_list(struct media *m, uint32_t volume, const char *folder, media_name *each, void *arg)
{
	struct media_volume *v = &m->volume[volume];
	char path[PATH_MAX];

	if (!v->folder)
		return list_disk(m, v, folder, each, arg);
	return host_path(v->folder, folder, path) ? list_host(path, each, arg) : STATUS_OK;
}

/* A file of the list, which has the name for messages. */
static struct media_file *
add_file(struct media *m, const char *before, const char *between, const char *path)
{
	struct media_file *f = calloc(1, sizeof(*f));

	if (!f || asprintf(&f->path, "%s%s%s", before, between, path) < 0)
		no_memory();
	f->file.path = f->path;
	f->next = m->files;
	m->files = f;
	return f;
}

static int
read_disk(
        struct media *m, struct media_volume *v, const char *path, const struct file **ret_file)
{
	struct fs_node node;
	struct media_file *f;
	struct refusal why;
	enum refusal_code code = find_on_disk(v, path, &node, &why);
	int status;

	if (!code && node.type != FS_FILE)
		return STATUS_OK;
	f = add_file(m, m->name, ":", path);
	status = code ? fail_refusal(f->path, why) : disk_image_read(&v->fs, &node, &f->file);
	if (status == STATUS_OK)
		*ret_file = &f->file;
	return status;
}

int
media_read_host(struct media *m, const char *path, const struct file **ret_file)
{
	struct media_file *f = add_file(m, path, "", "");
	int status = file_read(f->path, &f->file);

	*ret_file = status == STATUS_OK ? &f->file : NULL;
	return status;
}

int
media_read(struct media *m, uint32_t volume, const char *path, const struct file **ret_file)
{
	struct media_volume *v = &m->volume[volume];
	char host[PATH_MAX];

	*ret_file = NULL;
	if (!v->folder)
		return read_disk(m, v, path, ret_file);
	return host_path(v->folder, path, host) ? media_read_host(m, host, ret_file)
	                                        : STATUS_OK;
}

const char *
media_file_name(const char *path)
{
	const char *name = path;

	for (; *path; path++)
		if (*path == '/' || *path == '\\')
			name = path + 1;
	return name;
}

int
media_unchanged(struct media *m)
{
	int status = m->name ? file_unchanged(&m->bytes) : STATUS_OK;

	for (const struct media_file *f = m->files; status == STATUS_OK && f; f = f->next)
		status = file_unchanged(&f->file);
	return status;
}

void
media_close(struct media *m)
{
	while (m->files) {
		struct media_file *f = m->files;

		m->files = f->next;
		file_free(&f->file);
		free(f->path);
		free(f);
	}
	file_free(&m->bytes);
}
