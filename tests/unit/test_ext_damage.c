/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged ext2 and ext4: one number of an image of mke2fs is changed, found by the reader
 * itself; each ends in its refusal, after a bounded number of requests.
 */
#include "unit.h"

#include <stdio.h>

#include "stub/wire/ext.h"
#include "tests/unit/ext_image.h"

#define SUPER(field) (EXT_SUPER_AT + offsetof(struct ext_super, field))
#define INODE(field) offsetof(struct ext_disk_inode, field)

static struct refusal why;
static struct ext_image image;
static struct fs_entry entry;

static void
assert_damage(const char *what)
{
	assert_string_equal(why.detail, what);
	assert_int_equal(why.code, REFUSAL_DISK_DAMAGED);
}

/* The code of a walk through a directory, and how many names there are. */
static enum refusal_code
walk(const struct fs_node *node, unsigned *ret_count)
{
	struct fs_cursor cursor = {0};
	enum refusal_code code;
	bool found;

	*ret_count = 0;
	while (!(code = ext_next(&image.fs, node, &cursor, &found, &entry, &why)) && found)
		++*ret_count;
	return code;
}

/* The code of a walk through a file's extents. */
static enum refusal_code
read_all(const struct fs_node *node)
{
	struct fs_extent extent;
	enum refusal_code code;

	for (uint64_t off = 0; off < node->size; off += extent.len) {
		if ((code = ext_extent(&image.fs, node, off, &extent, &why)))
			return code;
	}
	return REFUSAL_NONE;
}

/* Where the inode of a path lies in the image. */
static uint64_t
inode_at(const char *path, struct fs_node *ret_node)
{
	*ret_node = image_node(&image, path);
	return image.fs.inode.at;
}

/* ---------------------------------------------------------------- superblock */

static void
superblock(void **state)
{
	static const struct {
		const char *what;
		uint64_t at, value;
		unsigned len;
	} rows[] = {
	        {"size of blocks", SUPER(log_block_size), 7, 4},
	        {"size of inodes", SUPER(inode_size), 64, 2},
	        {"size of inodes", SUPER(inode_size), 2048, 2},
	        {"size of inodes", SUPER(inode_size), 200, 2},
	        {"size of group descriptors", SUPER(desc_size), 32, 2},
	        {"size of group descriptors", SUPER(desc_size), 65, 2},
	        {"size of group descriptors", SUPER(desc_size), 4096, 2},
	        {"number of blocks in an ext superblock", SUPER(blocks_count_lo), 1025, 4},
	        {"number of blocks in an ext superblock", SUPER(blocks_count_hi), 1, 4},
	        {"first block in an ext superblock", SUPER(first_data_block), 1024, 4},
	        {"number of blocks in a group", SUPER(blocks_per_group), 0, 4},
	        {"number of inodes in a group", SUPER(inodes_per_group), 0, 4},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		image_open(&image, "small-ext4-1k", 512);
		image_put(&image, rows[i].at, rows[i].value, rows[i].len);
		assert_int_equal(image_again(&image, &why), REFUSAL_DISK_DAMAGED);
		assert_damage(rows[i].what);
		image_close(&image);
	}
}

static void
features(void **state)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} rows[] = {
	        {EXT_IN_COMPRESSION, "the feature compression"},
	        {EXT_IN_DIRDATA, "the feature dirdata"},
	        {0x80000000u, "a feature that is new"},
	};
	uint32_t had;

	(void)state;
	image_open(&image, "small-sums", 512);
	memcpy(&had, image.bytes + SUPER(feature_incompat), 4);
	for (unsigned i = 0; i < 3; i++) {
		image_put(&image, SUPER(feature_incompat), had | rows[i].bit, 4);
		assert_int_equal(image_again(&image, &why), REFUSAL_EXT_UNSUPPORTED);
		assert_string_equal(why.detail, rows[i].name);
		assert_int_equal(why.found, rows[i].bit);
	}
	image_put(&image, SUPER(feature_incompat), had, 4);
	image_put(&image, SUPER(checksum_type), 2, 1);
	assert_int_equal(image_again(&image, &why), REFUSAL_EXT_UNSUPPORTED);
	assert_string_equal(why.detail, "checksums of another kind");
	image_close(&image);
}

/* ---------------------------------------------------------------- inodes */

static void
places_of_inodes(void **state)
{
	struct fs_node node;

	(void)state;
	image_open(&image, "small-ext4-1k", 512);
	assert_int_equal(ext_stat(&image.fs, 0, &node, &why), REFUSAL_DISK_DAMAGED);
	assert_damage("number of an inode");
	assert_int_equal(
	        ext_stat(&image.fs, image.fs.inodes + 1ull, &node, &why), REFUSAL_DISK_DAMAGED);
	assert_damage("number of an inode");
	/* The first descriptor is in block 2. */
	image_put(&image, 2048 + offsetof(struct ext_group, inode_table_lo), 1024, 4);
	assert_int_equal(ext_stat(&image.fs, 2, &node, &why), REFUSAL_DISK_DAMAGED);
	assert_damage("place of a group's inodes");
	image_put(&image, 2048 + offsetof(struct ext_group, inode_table_lo), 0, 4);
	assert_int_equal(ext_stat(&image.fs, 2, &node, &why), REFUSAL_DISK_DAMAGED);
	image.fs.inodes = 100000;
	assert_int_equal(ext_stat(&image.fs, 100000, &node, &why), REFUSAL_DISK_DAMAGED);
	assert_damage("number of inodes in an ext superblock");
	image_close(&image);
	image_open(&image, "small-ext4-1k", 512);
	disk_reset(&image.ram.disk);
	image.ram.reads_left = 0;
	assert_int_equal(ext_stat(&image.fs, 2, &node, &why), REFUSAL_DISK_READ);
	image_close(&image);
}

static void
fields_of_inodes(void **state)
{
	struct fs_node node;
	struct fs_extent extent;
	uint64_t at;
	unsigned count;

	(void)state;
	image_open(&image, "small-ext4-1k", 512);
	at = inode_at("files/letters", &node);
	assert_int_equal(
	        ext_extent(&image.fs, &node, node.size, &extent, &why), REFUSAL_DISK_DAMAGED);
	assert_damage("end of a file");
	assert_int_equal(walk(&node, &count), REFUSAL_DISK_DAMAGED);
	assert_damage("mode of a directory");
	image_put(&image, at + INODE(size_hi), 0x10000, 4);
	assert_int_equal(ext_stat(&image.fs, node.id, &node, &why), REFUSAL_DISK_DAMAGED);
	assert_damage("size in an inode");
	assert_int_equal(ext_extent(&image.fs, &node, 0, &extent, &why), REFUSAL_DISK_DAMAGED);
	assert_int_equal(walk(&node, &count), REFUSAL_DISK_DAMAGED);
	image_put(&image, at + INODE(size_hi), 0, 4);
	image_put(&image, at + INODE(mode), 0x1ff, 2);
	assert_int_equal(ext_stat(&image.fs, node.id, &node, &why), REFUSAL_DISK_DAMAGED);
	assert_damage("mode of an inode that has a name");
	image_close(&image);
}

/* What lies behind a file's last block is a hole up to its end. */
static void
hole_at_the_end(void **state)
{
	struct fs_extent extent;
	struct fs_node node;
	uint64_t at;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		image_open(&image, i ? "small-ext2-1k" : "small-ext4-1k", 512);
		at = inode_at("files/letters", &node);
		image_put(&image, at + INODE(size_lo), 0x10000000, 4);
		assert_int_equal(ext_stat(&image.fs, node.id, &node, &why), REFUSAL_NONE);
		assert_int_equal(read_all(&node), REFUSAL_NONE);
		assert_int_equal(
		        ext_extent(&image.fs, &node, 20480, &extent, &why), REFUSAL_NONE);
		assert_true(extent.hole);
		if (!i)
			assert_int_equal(extent.len, 0x10000000 - 20480);
		image_close(&image);
	}
}

/* ---------------------------------------------------------------- extents */

static void
extents(void **state)
{
	static const struct {
		const char *what;
		unsigned at;
		uint64_t value;
		unsigned len;
	} rows[] = {
	        {"magic number of an extent node", 0, 0xf30b, 2},
	        {"number of extents in a node", 2, 5, 2},
	        {"number of extents in a node", 4, 5, 2},
	        {"depth of an extent tree", 6, 6, 2},
	        {"length of an extent", 16, 0, 2},
	        {"place of an extent", 20, 1024, 4},
	        {"place of an extent", 20, 0, 4},
	        {"place of an extent", 18, 1, 2},
	};
	struct fs_node node;
	uint64_t at;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		image_open(&image, "small-ext4-1k", 512);
		at = inode_at("files/letters", &node) + INODE(block);
		image_put(&image, at + rows[i].at, rows[i].value, rows[i].len);
		assert_int_equal(read_all(&node), REFUSAL_DISK_DAMAGED);
		assert_damage(rows[i].what);
		image_close(&image);
	}
}

/* An extent in the node at `at`. */
static void
put_extent(uint64_t at, unsigned i, uint32_t block, uint16_t len, uint32_t start)
{
	at += sizeof(struct ext_extent_header) + i * sizeof(struct ext_leaf);
	image_put(&image, at, block, 4);
	image_put(&image, at + 4, len, 4);
	image_put(&image, at + 8, start, 4);
}

static void
order_of_extents(void **state)
{
	struct fs_node node;
	uint64_t at;

	(void)state;
	image_open(&image, "small-ext4-1k", 512);
	at = inode_at("files/letters", &node) + INODE(block);
	image_put(&image, at + 2, 2, 2);
	put_extent(at, 0, 0, 3, 100);
	put_extent(at, 1, 0, 3, 100);
	assert_int_equal(read_all(&node), REFUSAL_DISK_DAMAGED);
	assert_damage("order of extents");
	put_extent(at, 1, 2, 3, 100);
	assert_int_equal(read_all(&node), REFUSAL_DISK_DAMAGED);
	assert_damage("length of an extent");
	put_extent(at, 1, 3, 3, 100);
	assert_int_equal(read_all(&node), REFUSAL_NONE);
	image_close(&image);
}

/* A tree whose index leads back to itself, or from node to node, ends at the wrong depth. */
static void
loops_of_extents(void **state)
{
	struct fs_node node;
	uint64_t at, block;

	(void)state;
	image_open(&image, "small-ext4-1k", 512);
	at = inode_at("files/letters", &node) + INODE(block);
	block = 1000;
	image_put(&image, at + 6, 5, 2);
	image_put(&image, at + 16, block, 4);
	image_put(&image, at + 20, 0, 4);
	memcpy(image.bytes + block * 1024, image.bytes + at, 60);
	assert_int_equal(read_all(&node), REFUSAL_DISK_DAMAGED);
	assert_damage("depth of an extent node");
	for (uint64_t i = 0; i < 5; i++) {
		memcpy(image.bytes + (block + i) * 1024, image.bytes + at, 60);
		image_put(&image, (block + i) * 1024 + 6, 4 - i, 2);
		image_put(&image, (block + i) * 1024 + 16, block + i + 1, 4);
	}
	put_extent((block + 4) * 1024, 0, 0, 20, 200);
	image.ram.disk.requests = 0;
	assert_int_equal(read_all(&node), REFUSAL_NONE);
	assert_in_range(image.ram.disk.requests, 1, 5);
	image_put(&image, at + 16, 1024, 4);
	assert_int_equal(read_all(&node), REFUSAL_DISK_DAMAGED);
	assert_damage("place of an extent node");
	/* An index that begins behind the block: a hole. */
	image_put(&image, at + 12, 5, 4);
	node.size = 5 * 1024;
	assert_int_equal(read_all(&node), REFUSAL_NONE);
	image_close(&image);
}

/* ---------------------------------------------------------------- block maps */

static void
block_maps(void **state)
{
	struct fs_node node;
	uint64_t at;
	uint32_t table;

	(void)state;
	image_open(&image, "small-ext2-1k", 512);
	at = inode_at("files/letters", &node) + INODE(block);
	image_put(&image, at + 4, 1024, 4);
	assert_int_equal(read_all(&node), REFUSAL_DISK_DAMAGED);
	assert_damage("number of a file's block");
	image_put(&image, at + 4, 0, 4);
	assert_int_equal(read_all(&node), REFUSAL_NONE);
	memcpy(&table, image.bytes + at + 48, 4);
	image_put(&image, table * 1024ull, UINT32_MAX, 4);
	assert_int_equal(read_all(&node), REFUSAL_DISK_DAMAGED);
	assert_damage("number of a file's block");
	image_put(&image, at + 48, 1, 4);
	assert_int_equal(read_all(&node), REFUSAL_DISK_DAMAGED);
	assert_damage("number of a block of block numbers");
	image_close(&image);
}

/* Tables that lead to themselves: a file as large as three levels reach costs no more requests
 * than it has runs, and each is found in three. */
static void
loops_of_block_maps(void **state)
{
	struct fs_extent extent;
	struct fs_node node;
	uint64_t at, last;

	(void)state;
	image_open(&image, "small-ext2-1k", 512);
	at = inode_at("files/letters", &node) + INODE(block);
	image_put(&image, at + 56, 1000, 4);
	for (unsigned i = 0; i < 256; i++)
		memcpy(image.bytes + 1000 * 1024 + 4 * i, &(uint32_t){1000}, 4);
	last = (12 + 256 + 256 * 256 + 256ull * 256 * 256) * 1024 - 1;
	image_put(&image, at - INODE(block) + INODE(size_lo), last + 1, 4);
	image_put(&image, at - INODE(block) + INODE(size_hi), (last + 1) >> 32, 4);
	image.ram.disk.requests = 0;
	assert_int_equal(ext_extent(&image.fs, &node, last, &extent, &why), REFUSAL_NONE);
	assert_int_equal(extent.len, 1);
	assert_int_equal(extent.at, 1000 * 1024 + 1023);
	assert_in_range(image.ram.disk.requests, 1, 4);
	image_put(&image, at - INODE(block) + INODE(size_lo), last + 2, 4);
	assert_int_equal(
	        ext_extent(&image.fs, &node, last + 1, &extent, &why), REFUSAL_DISK_DAMAGED);
	assert_damage("size in an inode");
	image_close(&image);
}

/* ---------------------------------------------------------------- directories */

static void
entries(void **state)
{
	static const struct {
		const char *what;
		unsigned at;
		uint64_t value;
		unsigned len;
	} rows[] = {
	        {"length of a directory's entry", 4, 0, 2},
	        {"length of a directory's entry", 4, 4, 2},
	        {"length of a directory's entry", 4, 13, 2},
	        {"length of a directory's entry", 4, 1028, 2},
	        {"length of a directory's entry", 6, 5, 1},
	        {"entry of a directory", 0, UINT32_MAX, 4},
	        {"entry of a directory", 6, 0, 1},
	        {"entry of a directory", 8, '/', 1},
	        {"entry of a directory", 8, 0, 1},
	};
	struct fs_extent extent;
	struct fs_node node;
	unsigned count;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		image_open(&image, "small-ext2-1k", 512);
		node = image_node(&image, "links");
		assert_int_equal(ext_extent(&image.fs, &node, 0, &extent, &why), REFUSAL_NONE);
		image_put(&image, extent.at + rows[i].at, rows[i].value, rows[i].len);
		assert_int_equal(walk(&node, &count), REFUSAL_DISK_DAMAGED);
		assert_damage(rows[i].what);
		image_close(&image);
	}
}

static void
sizes_of_directories(void **state)
{
	struct fs_node node;
	uint64_t at;
	unsigned count;

	(void)state;
	image_open(&image, "small-ext2-1k", 512);
	at = inode_at("links", &node);
	image_put(&image, at + INODE(size_lo), 1000, 4);
	assert_int_equal(walk(&node, &count), REFUSAL_DISK_DAMAGED);
	assert_damage("size of a directory");
	image_put(&image, at + INODE(size_lo), EXT_DIRECTORY_MOST + 1024, 4);
	assert_int_equal(walk(&node, &count), REFUSAL_EXT_UNSUPPORTED);
	assert_string_equal(why.detail, "a directory of more than 16 MiB");
	image_put(&image, at + INODE(size_lo), EXT_DIRECTORY_MOST, 4);
	assert_int_equal(walk(&node, &count), REFUSAL_DISK_DAMAGED);
	assert_damage("directory, because of a hole,");
	image_close(&image);
}

/* A directory that has one block many times ends where its size does. */
static void
loops_of_directories(void **state)
{
	struct fs_node node;
	uint64_t at;
	uint32_t block;
	unsigned once, count;

	(void)state;
	image_open(&image, "small-ext2-1k", 512);
	at = inode_at("links", &node);
	memcpy(&block, image.bytes + at + INODE(block), 4);
	assert_int_equal(walk(&node, &once), REFUSAL_NONE);
	for (unsigned i = 12; i < 15; i++)
		image_put(&image, at + INODE(block) + 4 * i, 1000, 4);
	for (unsigned i = 0; i < 12; i++)
		image_put(&image, at + INODE(block) + 4 * i, block, 4);
	for (unsigned i = 0; i < 256; i++)
		image_put(&image, 1000 * 1024 + 4 * i, block, 4);
	image_put(&image, at + INODE(size_lo), 268 * 1024, 4);
	image.ram.disk.requests = 0;
	assert_int_equal(walk(&node, &count), REFUSAL_NONE);
	assert_int_equal(count, 268 * once);
	assert_in_range(image.ram.disk.requests, 1, 8);
	image_close(&image);
}

/* ---------------------------------------------------------------- checksums */

static void
checksums(void **state)
{
	struct fs_extent extent;
	struct fs_node node;
	uint64_t at;
	unsigned count;

	(void)state;
	image_open(&image, "small-sums", 512);
	at = inode_at("files/letters", &node);
	image_put(&image, at + 8, 1, 4); /* a time, which nothing here reads */
	assert_int_equal(ext_stat(&image.fs, node.id, &node, &why), REFUSAL_DISK_DAMAGED);
	assert_damage("checksum of an inode");
	image_close(&image);

	image_open(&image, "small-sums", 512);
	node = image_node(&image, "many");
	assert_int_equal(ext_extent(&image.fs, &node, 2048, &extent, &why), REFUSAL_NONE);
	image.bytes[extent.at + 8] ^= 1;
	disk_reset(&image.ram.disk);
	assert_int_equal(walk(&node, &count), REFUSAL_DISK_DAMAGED);
	assert_damage("checksum of a directory's block");
	image.bytes[extent.at + 8] ^= 1;
	image_put(&image, extent.at + 1024 - 12 + 7, 0, 1);
	assert_int_equal(walk(&node, &count), REFUSAL_DISK_DAMAGED);
	assert_damage("checksum of a directory's block");
	image_close(&image);

	image_open(&image, "ext4-1k-htree", 512);
	node = image_node(&image, "files/pieces");
	at = image.fs.inode.at + INODE(block);
	assert_true(image.bytes[at + 6] > 0);
	memcpy(&count, image.bytes + at + 16, 4);
	assert_int_equal(read_all(&node), REFUSAL_NONE);
	image_put(&image, count * 1024ull + 8, 1, 4); /* the generation, which nothing reads */
	assert_int_equal(read_all(&node), REFUSAL_DISK_DAMAGED);
	assert_damage("checksum of an extent node");
	image_close(&image);
}

/* ---------------------------------------------------------------- inline data */

/* Where the attribute's entry of an inode in small-inline is. */
static uint64_t
attribute_at(uint64_t inode)
{
	uint64_t at = inode + EXT_INODE_OLD + 32 + 4;

	assert_memory_equal(image.bytes + at + sizeof(struct ext_xattr), "data", 4);
	return at;
}

/* Without its attribute an inode has 60 bytes of data. */
static void
inline_data(void **state)
{
	struct fs_node node;
	uint64_t at, size;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		image_open(&image, "small-inline", 512);
		at = inode_at("files/bytes-100", &node);
		size = attribute_at(at);
		if (i == 0)
			image_put(&image, size - 4, 0, 4);
		else if (i == 1)
			image_put(&image, size, 0, 4);
		else if (i == 2)
			image_put(&image, size + 16, 'e', 1);
		else if (i == 3)
			image_put(&image, size + 2, 200, 2);
		else if (i == 4)
			image_put(&image, size + 4, 12, 4);
		else if (i == 5)
			image_put(&image, at + INODE(extra_isize), 0xffff, 2);
		else
			image_put(&image, size + 1, 6, 1);
		assert_int_equal(
		        ext_stat(&image.fs, node.id, &node, &why), REFUSAL_DISK_DAMAGED);
		assert_damage("size in an inode");
		assert_int_equal(why.found, 100);
		assert_int_equal(why.wanted, 60);
		image_close(&image);
	}
}

/* Another attribute before system.data is stepped over. */
static void
other_attribute_first(void **state)
{
	struct fs_extent extent;
	struct fs_node node;
	uint64_t at, first;
	uint8_t was[20];

	(void)state;
	image_open(&image, "small-inline", 512);
	at = inode_at("files/bytes-100", &node);
	first = attribute_at(at);
	memcpy(was, image.bytes + first, sizeof(was));
	assert_int_equal(ext_extent(&image.fs, &node, 60, &extent, &why), REFUSAL_NONE);
	memset(image.bytes + first, 0, sizeof(was));
	image_put(&image, first, 1 | 1 << 8, 4); /* user.?, without a value */
	memcpy(image.bytes + first + 20, was, sizeof(was));
	assert_int_equal(ext_stat(&image.fs, node.id, &node, &why), REFUSAL_NONE);
	assert_int_equal(image.fs.inode.rest_at, extent.at);
	image_close(&image);
}

/* ---------------------------------------------------------------- any damage */

static void
look_everywhere(uint64_t directory, unsigned depth, unsigned *budget)
{
	struct fs_node node = {FS_DIRECTORY, directory, 0}, found_node;
	struct fs_cursor cursor = {0};
	struct fs_entry here;
	bool found;

	while (*budget && !ext_next(&image.fs, &node, &cursor, &found, &here, &why) && found) {
		--*budget;
		if (ext_stat(&image.fs, here.node.id, &found_node, &why))
			continue;
		if (found_node.type == FS_DIRECTORY && depth)
			look_everywhere(found_node.id, depth - 1, budget);
		if (found_node.size < 1 << 20)
			(void)read_all(&found_node);
	}
}

/* Some hundred mutants: bytes changed where a file system keeps its structures. */
static void
mutants(void **state)
{
	static const char *const names[] = {
	        "small-ext4-1k", "small-ext2-1k", "small-inline", "small-sums"};
	uint32_t seed = 1;
	uint64_t most = 0;

	(void)state;
	for (unsigned i = 0; i < 400; i++) {
		unsigned budget = 2000;

		image_open(&image, names[i % 4], 512);
		for (unsigned j = 0; j < 1 + i % 20; j++) {
			uint32_t at;

			seed = seed * 1664525 + 1013904223;
			at = 1024 + (seed >> 8) % (120 * 1024);
			image.bytes[at] = (uint8_t)(seed >> 3);
		}
		image.ram.disk.requests = 0;
		if (!image_again(&image, &why))
			look_everywhere(ext_root().id, 4, &budget);
		if (image.ram.disk.requests > most)
			most = image.ram.disk.requests;
		image_close(&image);
	}
	assert_in_range(most, 1, 20000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(superblock),
	        cmocka_unit_test(features),
	        cmocka_unit_test(places_of_inodes),
	        cmocka_unit_test(fields_of_inodes),
	        cmocka_unit_test(hole_at_the_end),
	        cmocka_unit_test(extents),
	        cmocka_unit_test(order_of_extents),
	        cmocka_unit_test(loops_of_extents),
	        cmocka_unit_test(block_maps),
	        cmocka_unit_test(loops_of_block_maps),
	        cmocka_unit_test(entries),
	        cmocka_unit_test(sizes_of_directories),
	        cmocka_unit_test(loops_of_directories),
	        cmocka_unit_test(checksums),
	        cmocka_unit_test(inline_data),
	        cmocka_unit_test(other_attribute_first),
	        cmocka_unit_test(mutants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
