/* SPDX-License-Identifier: BSD-2-Clause */
#include "ext_image.h"

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
why_text(const struct refusal *why)
{
	static char text[512];

	refusal_format(why, text, sizeof(text));
	return text;
}

enum refusal_code
image_again(struct ext_image *image, struct refusal *why)
{
	struct volume v = disk_volume(&image->ram.disk);
	enum refusal_code code;
	bool found;

	disk_reset(&image->ram.disk);
	code = ext_open(&v, &found, &image->fs, why);
	assert_true(code || found);
	return code;
}

enum refusal_code
image_try(struct ext_image *image, const char *name, uint32_t sector_size, struct refusal *why)
{
	char path[128];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), EXT_IMAGES "/%s.img", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		fail_msg("%s is missing: make %s/list", path, EXT_IMAGES);
	image->size = (size_t)st.st_size;
	image->bytes = mmap(NULL, image->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	assert_ptr_not_equal(image->bytes, MAP_FAILED);
	ram_disk_open(&image->ram, image->bytes, image->size, sector_size);
	return image_again(image, why);
}

void
image_open(struct ext_image *image, const char *name, uint32_t sector_size)
{
	struct refusal why;

	if (image_try(image, name, sector_size, &why))
		fail_msg("%s: %s", name, why_text(&why));
}

void
image_close(struct ext_image *image)
{
	munmap(image->bytes, image->size);
	image->bytes = NULL;
}

/* The entry of this name. */
static uint64_t
find_name(struct ext_image *image, uint64_t directory, const char *name, size_t len)
{
	struct fs_node node = {FS_DIRECTORY, directory, 0};
	struct fs_cursor cursor = {0};
	static struct fs_entry entry;
	struct refusal why;
	bool found;

	do {
		if (ext_next(&image->fs, &node, &cursor, &found, &entry, &why))
			fail_msg("%s: %s", name, why_text(&why));
		if (!found)
			fail_msg("no %s", name);
	} while (entry.name_len != len || memcmp(entry.name, name, len));
	return entry.node.id;
}

struct fs_node
image_node(struct ext_image *image, const char *path)
{
	uint64_t id = ext_root().id;
	struct refusal why;
	struct fs_node node;

	while (*path) {
		size_t len = strcspn(path, "/");

		id = find_name(image, id, path, len);
		path += len + (path[len] == '/');
	}
	if (ext_stat(&image->fs, id, &node, &why))
		fail_msg("%s: %s", path, why_text(&why));
	return node;
}

void
image_put(struct ext_image *image, uint64_t at, uint64_t value, unsigned len)
{
	memcpy(image->bytes + at, &value, len);
	disk_reset(&image->ram.disk);
	image->fs.inode.number = 0;
}
