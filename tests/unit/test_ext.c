/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2, ext3 and ext4 as mke2fs, debugfs and e2fsck make them (tests/unit/ext-images), against
 * the trees that they were made of: every name, type, size, link and byte.
 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdlib.h>

#include "stub/base/text.h"
#include "stub/disk/file_system.h"
#include "tests/unit/ext_image.h"

static struct refusal why;
static struct ext_image image;

#define OK(call)                                                                               \
	do {                                                                                   \
		if (call)                                                                      \
			fail_msg("%s: %s", #call, why_text(&why));                             \
	} while (0)

static enum fs_type
host_type(mode_t mode)
{
	return S_ISDIR(mode)   ? FS_DIRECTORY
	       : S_ISREG(mode) ? FS_FILE
	       : S_ISLNK(mode) ? FS_LINK
	                       : FS_OTHER;
}

/* The file has no data in [from, to). */
static void
assert_hole(int fd, uint64_t from, uint64_t to, const char *path)
{
	static uint8_t part[65536], zeroes[65536];
	off_t data = lseek(fd, (off_t)from, SEEK_DATA);

	for (; data >= 0 && (uint64_t)data < to; data += sizeof(part)) {
		uint64_t len = to - (uint64_t)data;

		len = len < sizeof(part) ? len : sizeof(part);
		assert_int_equal(pread(fd, part, len, data), len);
		if (memcmp(part, zeroes, len))
			fail_msg("%s: no hole behind %llu", path, (unsigned long long)data);
	}
}

static void
assert_same(int fd, uint64_t off, const struct fs_extent *extent, const char *path)
{
	uint8_t *ours = malloc(extent->len), *theirs = malloc(extent->len);

	OK(volume_read(&image.fs.volume, extent->at, extent->len, "contents", ours, &why));
	assert_int_equal(pread(fd, theirs, extent->len, (off_t)off), extent->len);
	if (memcmp(ours, theirs, extent->len))
		fail_msg(
		        "%s: other bytes in the extent at %llu", path, (unsigned long long)off);
	free(ours);
	free(theirs);
}

static void
compare_file(const struct fs_node *node, const char *path)
{
	int fd = open(path, O_RDONLY);
	struct fs_extent extent;

	assert_true(fd >= 0);
	for (uint64_t off = 0; off < node->size; off += extent.len) {
		OK(ext_extent(&image.fs, node, off, &extent, &why));
		assert_true(extent.len && extent.len <= node->size - off);
		if (extent.hole)
			assert_hole(fd, off, off + extent.len, path);
		else
			assert_same(fd, off, &extent, path);
	}
	close(fd);
}

static void
compare_link(const struct fs_node *node, const char *path)
{
	char text[4096];
	ssize_t n = readlink(path, text, sizeof(text));
	struct fs_extent extent;

	assert_int_equal(node->size, n);
	for (uint64_t off = 0; off < node->size; off += extent.len) {
		OK(ext_extent(&image.fs, node, off, &extent, &why));
		assert_false(extent.hole);
		assert_memory_equal(image.bytes + extent.at, text + off, extent.len);
	}
}

static unsigned
count_names(const char *path)
{
	DIR *dir = opendir(path);
	unsigned count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

static void compare_directory(const struct fs_node *node, const char *path);

static void
compare_node(const struct fs_entry *entry, const char *path)
{
	struct fs_node node;
	struct stat st;

	if (lstat(path, &st))
		fail_msg("%s is not in the tree", path);
	OK(ext_stat(&image.fs, entry->node.id, &node, &why));
	if (node.type != host_type(st.st_mode))
		fail_msg("%s: type %d", path, node.type);
	assert_true(node.type == entry->node.type || entry->node.type == FS_OTHER);
	if (node.type == FS_DIRECTORY)
		compare_directory(&node, path);
	if (node.type == FS_FILE || node.type == FS_LINK)
		assert_int_equal(node.size, st.st_size);
	if (node.type == FS_FILE)
		compare_file(&node, path);
	if (node.type == FS_LINK)
		compare_link(&node, path);
}

static void
compare_directory(const struct fs_node *node, const char *path)
{
	struct fs_entry *entry = malloc(sizeof(*entry));
	struct fs_cursor cursor = {0};
	unsigned count = 0;
	char *below;
	bool found;

	for (;;) {
		OK(ext_next(&image.fs, node, &cursor, &found, entry, &why));
		if (!found)
			break;
		if (strcmp(entry->name, "lost+found") == 0)
			continue;
		assert_int_equal(strlen(entry->name), entry->name_len);
		assert_true(asprintf(&below, "%s/%s", path, entry->name) > 0);
		compare_node(entry, below);
		free(below);
		count++;
	}
	free(entry);
	if (count != count_names(path))
		fail_msg("%s: %u names, not %u", path, count, count_names(path));
}

/* Each image of the list against its tree, with sectors of 512 and of 4096 bytes. */
static void
as_the_tree(void **state)
{
	struct fs_node root = ext_root();
	char name[64], tree[64], path[160];
	FILE *list = fopen(EXT_IMAGES "/list", "r");
	unsigned count = 0;

	(void)state;
	assert_non_null(list);
	while (fscanf(list, "%63s %63s", name, tree) == 2) {
		if (strcmp(name, "small-secret") == 0)
			continue;
		printf("# %s\n", name);
		image_open(&image, name, count % 2 ? 512 : 4096);
		snprintf(path, sizeof(path), EXT_IMAGES "/%s", tree);
		compare_directory(&root, path);
		image_close(&image);
		count++;
	}
	fclose(list);
	assert_true(count > 20);
}

static void
label_and_uuid(void **state)
{
	static const uint8_t uuid[16] = {0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f, 0x60, 0x71, 0x82,
	        0x93, 0xa4, 0xb5, 0xc6, 0xd7, 0xe8, 0xf9};

	(void)state;
	image_open(&image, "small-used", 512);
	assert_string_equal(image.fs.label, "a-label");
	assert_memory_equal(image.fs.uuid, uuid, 16);
	assert_true(image.fs.needs_recovery);
	assert_string_equal(image.fs.name, "ext4");
	image_close(&image);
	image_open(&image, "small-ext4", 512);
	assert_string_equal(image.fs.label, "");
	assert_false(image.fs.needs_recovery);
	image_close(&image);
	image_open(&image, "ext3-4k", 512);
	assert_string_equal(image.fs.name, "ext3");
	image_close(&image);
	image_open(&image, "ext2-old", 512);
	assert_string_equal(image.fs.name, "ext2");
	image_close(&image);
	image_open(&image, "ext4-block-map", 512);
	assert_string_equal(image.fs.name, "ext4");
	image_close(&image);
}

/* A directory that lies together costs a request for each window, and few for its nodes. */
static void
few_requests(void **state)
{
	struct fs_entry *entry = malloc(sizeof(*entry));
	struct fs_node node;
	struct fs_extent extent;
	struct fs_cursor cursor = {0};
	uint64_t before, blocks;
	bool found = true;

	(void)state;
	image_open(&image, "ext4", 512);
	node = image_node(&image, "many");
	blocks = node.size / image.fs.block_size;
	before = image.ram.disk.requests;
	while (found)
		OK(ext_next(&image.fs, &node, &cursor, &found, entry, &why));
	assert_in_range(image.ram.disk.requests - before, 1,
	        blocks * image.fs.block_size / DISK_WINDOW + 8);
	node = image_node(&image, "files/large");
	before = image.ram.disk.requests;
	for (uint64_t off = 0; off < node.size; off += extent.len)
		OK(ext_extent(&image.fs, &node, off, &extent, &why));
	assert_in_range(image.ram.disk.requests - before, 0, 2);
	image_close(&image);
	free(entry);
}

static void
no_ext(void **state)
{
	static uint8_t zeroes[4096];
	struct ram_disk ram;
	struct volume v;
	struct ext_fs fs;
	bool found = true;

	(void)state;
	ram_disk_open(&ram, zeroes, 4096, 512);
	v = disk_volume(&ram.disk);
	OK(ext_open(&v, &found, &fs, &why));
	assert_false(found);
	ram_disk_open(&ram, zeroes, 1536, 512);
	v = disk_volume(&ram.disk);
	found = true;
	OK(ext_open(&v, &found, &fs, &why));
	assert_false(found);
	ram_disk_open(&ram, zeroes, 4096, 512);
	ram.reads_left = 0;
	v = disk_volume(&ram.disk);
	assert_int_equal(ext_open(&v, &found, &fs, &why), REFUSAL_DISK_READ);
}

/* What kshim does not read, by name. */
static void
unsupported(void **state)
{
	(void)state;
	assert_int_equal(image_try(&image, "other-8k", 512, &why), REFUSAL_EXT_UNSUPPORTED);
	assert_string_equal(why.detail, "blocks of more than 4 KiB");
	assert_int_equal(why.found, 8192);
	image_close(&image);
	assert_int_equal(
	        image_try(&image, "other-journal", 512, &why), REFUSAL_EXT_UNSUPPORTED);
	assert_string_equal(why.detail, "the journal of another file system");
	assert_int_equal(why.where, 1024 + 0x60);
	image_close(&image);
}

static void
encrypted(void **state)
{
	struct fs_entry *entry = malloc(sizeof(*entry));
	struct fs_cursor cursor = {0};
	struct fs_extent extent;
	struct fs_node node;
	bool found;

	(void)state;
	image_open(&image, "small-secret", 512);
	node = image_node(&image, "many");
	assert_int_equal(ext_next(&image.fs, &node, &cursor, &found, entry, &why),
	        REFUSAL_EXT_UNSUPPORTED);
	assert_string_equal(why.detail, "an encrypted directory");
	node = image_node(&image, "files/letters");
	assert_int_equal(node.type, FS_FILE);
	assert_int_equal(
	        ext_extent(&image.fs, &node, 0, &extent, &why), REFUSAL_EXT_UNSUPPORTED);
	assert_string_equal(why.detail, "an encrypted file");
	node = image_node(&image, "links/slow");
	assert_int_equal(node.type, FS_LINK);
	assert_int_equal(
	        ext_extent(&image.fs, &node, 0, &extent, &why), REFUSAL_EXT_UNSUPPORTED);
	image_close(&image);
	free(entry);
}

/* A file by its path, on a disk that fails after so many requests. */
static enum refusal_code
read_after(const char *path, uint64_t reads)
{
	static uint8_t bytes[65536];
	struct volume v = disk_volume(&image.ram.disk);
	struct file_system *fs = malloc(sizeof(*fs));
	struct fs_node node = {.size = 0};
	enum refusal_code code;

	disk_reset(&image.ram.disk);
	image.ram.reads_left = reads;
	code = fs_open(&v, fs, &why);
	if (!code)
		code = fs_find_file(fs, text_span(path), &node, &why);
	for (uint64_t off = 0, len; !code && off < node.size; off += len) {
		len = node.size - off < sizeof(bytes) ? node.size - off : sizeof(bytes);
		code = fs_read(fs, &node, off, len, bytes, &why);
	}
	free(fs);
	return code;
}

/* Each request in turn is the first that fails: always that code, until there are enough. */
static void
failing_disks(void **state)
{
	static const char *const images[] = {"ext4", "ext2-1k", "ext4-htree"};
	static const char *const paths[] = {"/files/large", "/many/../links/slow"};

	(void)state;
	for (unsigned i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		image_open(&image, images[i], 512);
		for (unsigned p = 0; p < 2; p++) {
			uint64_t reads = 0;

			while (read_after(paths[p], reads) == REFUSAL_DISK_READ && reads < 4000)
				reads++;
			assert_in_range(reads, 2, 3999);
		}
		image_close(&image);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(as_the_tree),
	        cmocka_unit_test(label_and_uuid),
	        cmocka_unit_test(few_requests),
	        cmocka_unit_test(no_ext),
	        cmocka_unit_test(unsupported),
	        cmocka_unit_test(encrypted),
	        cmocka_unit_test(failing_disks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
