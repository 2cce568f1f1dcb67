/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disk images: a mapped file answers the readers of stub/disk/, whose answers become a file
 * of ours.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stub/disk/partitions.h"
#include "tools/cmd.h"
#include "tools/disk_image.h"

#define ANY DISK_PATH_ANY

/* IMAGE:[NUMBER:]/PATH taken apart. */
struct disk_path {
	char *image;
	uint32_t number;
	const char *path;
};

static bool
read_sectors(void *context, uint64_t sector, uint32_t count, void *to)
{
	const struct disk_image *image = context;
	uint64_t size = image->disk.sector_size;
	struct span part;

	if (!span_sub(image->bytes, sector * size, count * size, &part))
		return false;
	memcpy(to, part.base, part.size);
	return true;
}

void
disk_image_open(struct span bytes, struct disk_image *ret_image)
{
	bool large = span_is(bytes, 4096, "EFI PART", 8) && !span_is(bytes, 512, "EFI PART", 8);
	struct disk *disk = &ret_image->disk;

	ret_image->bytes = bytes;
	disk->sector_size = large ? 4096 : 512;
	disk->sectors = bytes.size / disk->sector_size;
	disk->read = read_sectors;
	disk->write = NULL;
	disk->context = ret_image;
	disk->most = 0;
	disk_reset(disk);
}

/* What follows the image's name: NUMBER:/PATH or /PATH; false if it is neither. */
static bool
parse_inside(const char *text, struct disk_path *p)
{
	size_t digits = strspn(text, "0123456789");

	p->number = ANY;
	if (digits && digits < 6 && text[digits] == ':') {
		p->number = (uint32_t)strtoul(text, NULL, 10);
		text += digits + 1;
	}
	p->path = text;
	return text[0] == '/';
}

/* Take the name apart at the first colon that has a file's name before it. */
static bool
parse(const char *name, struct disk_path *ret_path)
{
	for (const char *colon = strchr(name, ':'); colon; colon = strchr(colon + 1, ':')) {
		struct stat st;
		char *image = strndup(name, (size_t)(colon - name));

		if (image && stat(image, &st) == 0 && !S_ISDIR(st.st_mode) &&
		        parse_inside(colon + 1, ret_path)) {
			ret_path->image = image;
			return true;
		}
		free(image);
	}
	return false;
}

bool
disk_path_is(const char *name)
{
	struct disk_path p;

	if (access(name, F_OK) == 0 || !parse(name, &p))
		return false;
	free(p.image);
	return true;
}

/* Find the path on one volume. */
static enum refusal_code
find_on(const struct volume *v, const char *path, struct file_system *fs,
        struct fs_node *ret_node, struct refusal *ret_why)
{
	struct span text = {(const uint8_t *)path, strlen(path)};
	enum refusal_code code = fs_open(v, fs, ret_why);

	return code ? code : fs_find_file(fs, text, ret_node, ret_why);
}

/* Is `b` the better answer to why the file was not found? One from a file system of ours is. */
static bool
tells_more(const struct refusal *a, const struct refusal *b)
{
	return !a->code || a->code == REFUSAL_DISK_NO_FS ||
	       (a->code == REFUSAL_DISK_NO_FILE && b->code != REFUSAL_DISK_NO_FS);
}

/* Find the path on the partition that is named, or on the first that has it. */
static enum refusal_code
find(struct disk *disk, const struct disk_path *p, struct file_system *fs,
        struct fs_node *ret_node, struct refusal *ret_why)
{
	struct partition_cursor cursor = {0};
	struct partitions table;
	struct partition part;
	struct refusal best = {0};
	bool found = true;
	enum refusal_code code = partitions_open(disk, &table, ret_why);

	if (code)
		return code;
	while (found) {
		if (partitions_next(&table, &cursor, &found, &part, ret_why)) {
			found = true; /* the walk goes on */
			continue;
		}
		if (!found || (p->number != ANY && p->number != part.number))
			continue;
		if (!find_on(&part.volume, p->path, fs, ret_node, ret_why))
			return REFUSAL_NONE;
		if (tells_more(&best, ret_why))
			best = *ret_why;
	}
	if (!best.code && p->number != ANY)
		return refuse(ret_why, REFUSAL_DISK_NO_PARTITION, 0, p->number, 0);
	if (!best.code)
		return refuse(ret_why, REFUSAL_DISK_NO_FILE, 0, 0, 0);
	*ret_why = best;
	return best.code;
}

/* The file of that path in an image's bytes. */
static enum refusal_code
find_inside(struct span bytes, const struct disk_path *p, struct file_system *fs,
        struct fs_node *ret_node, struct refusal *ret_why)
{
	static struct disk_image image; /* which *fs goes on to read */
	enum refusal_code code;

	disk_image_open(bytes, &image);
	disk_bound(&image.disk);
	code = find(&image.disk, p, fs, ret_node, ret_why);
	if (!disk_unbound(&image.disk))
		return refuse(ret_why, REFUSAL_DISK_BUDGET, 0, 0, DISK_LOOKS);
	return code;
}

char *
disk_path_split(const char *name, uint32_t *ret_number, const char **ret_path)
{
	struct disk_path p;

	if (!parse(name, &p))
		return NULL;
	*ret_number = p.number;
	*ret_path = p.path;
	return p.image;
}

bool
disk_path_exists(const char *name)
{
	struct disk_path p;
	struct file bytes;
	struct file_system fs;
	struct fs_node node;
	struct refusal why;
	bool there;

	if (!parse(name, &p))
		return false;
	there = access(p.image, R_OK) == 0 && file_read(p.image, &bytes) == STATUS_OK;
	if (there) {
		there = !find_inside(file_span(&bytes), &p, &fs, &node, &why);
		file_free(&bytes);
	}
	free(p.image);
	return there;
}

int
disk_image_read(struct file_system *fs, const struct fs_node *node, struct file *f)
{
	struct refusal why;

	if (node->size > SIZE_MAX / 2 || file_reserve(f, node->size + 1) != STATUS_OK)
		return STATUS_HOST;
	if (fs_read(fs, node, 0, node->size, f->data, &why))
		return fail_refusal(f->path, why);
	f->size = node->size;
	return STATUS_OK;
}

static int
read_inside(struct span bytes, const struct disk_path *p, struct file *f)
{
	struct file_system fs;
	struct fs_node node = {.size = 0};
	struct refusal why;

	if (find_inside(bytes, p, &fs, &node, &why))
		return fail_refusal(f->path, why);
	return disk_image_read(&fs, &node, f);
}

int
disk_path_read(const char *name, struct file *ret_file)
{
	struct file f = {.path = name}, image;
	struct disk_path p;
	int status;

	if (!parse(name, &p))
		return fail(STATUS_HOST, "cannot read %s: %s", name, strerror(ENOENT));
	status = file_read(p.image, &image);
	if (status == STATUS_OK) {
		status = read_inside(file_span(&image), &p, &f);
		if (status == STATUS_OK)
			status = file_unchanged(&image);
		file_free(&image);
	}
	free(p.image);
	if (status == STATUS_OK)
		*ret_file = f;
	else
		file_free(&f);
	return status;
}
