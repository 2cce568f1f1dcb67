/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a file's blocks lie: extent trees and block maps of ext2, ext3 and ext4.
 *
 * A walk goes down by at most five nodes: each must be one level below the one that led to it,
 * so that no loop is possible. What a tree does not name is a hole, up to the next block that
 * it names. Surprise: an extent of more than 32768 blocks is one of so many less that was never
 * written, and reads as zeroes.
 */
#include "ext_parts.h"

#include "stub/base/crc32.h"

#define HEADER(node, field) EXT_GET(node, 0, ext_extent_header, field)

_Static_assert(sizeof(struct ext_leaf) == sizeof(struct ext_index), "one size of entries");

/* A walk down the extent tree. */
struct walk {
	struct ext_fs *fs;
	uint64_t block; /* of the file, that is looked for */
	uint64_t end;   /* first block of the file behind what the nodes so far are about */
	struct span node;
	uint64_t at; /* byte of the volume where the node lies */
	uint32_t depth;
};

static uint64_t
entry_off(uint64_t i)
{
	return sizeof(struct ext_extent_header) + i * sizeof(struct ext_leaf);
}

/* The first block of entry number `i`. */
static uint64_t
entry_block(struct span node, uint64_t i)
{
	return EXT_GET(node, entry_off(i), ext_leaf, block);
}

static enum refusal_code
check_node(const struct walk *w, struct refusal *ret_why)
{
	uint64_t magic = HEADER(w->node, magic), entries = HEADER(w->node, entries);
	uint64_t max = HEADER(w->node, max), depth = HEADER(w->node, depth);

	if (magic != EXT_EXTENT_MAGIC)
		return ext_damaged(w->fs, "magic number of an extent node", w->at, magic,
		        EXT_EXTENT_MAGIC, ret_why);
	if (depth != w->depth)
		return ext_damaged(
		        w->fs, "depth of an extent node", w->at, depth, w->depth, ret_why);
	if (max > (w->node.size - entry_off(0)) / sizeof(struct ext_leaf) || entries > max)
		return ext_damaged(
		        w->fs, "number of extents in a node", w->at, entries, max, ret_why);
	return REFUSAL_NONE;
}

/* The checksum behind the entries that a block has room for. */
static enum refusal_code
check_node_sum(const struct walk *w, struct refusal *ret_why)
{
	uint64_t end = entry_off(HEADER(w->node, max)), found;
	uint32_t sum;

	if (!w->fs->has_sums)
		return REFUSAL_NONE;
	sum = crc32c_add(w->fs->inode.seed, (struct span){w->node.base, end});
	found = span_le32(w->node, end);
	if (found != sum)
		return ext_damaged(
		        w->fs, "checksum of an extent node", w->at + end, found, sum, ret_why);
	return REFUSAL_NONE;
}

/*
 * The last entry that begins at or before the block; false if there is none. Entries ascend,
 * which is looked at as far as they are read. w->end becomes the start of the next entry.
 */
static enum refusal_code
find_entry(struct walk *w, bool *ret_found, uint64_t *ret_off, struct refusal *ret_why)
{
	uint64_t entries = HEADER(w->node, entries), i;

	for (i = 0; i < entries && entry_block(w->node, i) <= w->block; i++) {
		if (i && entry_block(w->node, i) <= entry_block(w->node, i - 1))
			return ext_damaged(w->fs, "order of extents", w->at + entry_off(i),
			        entry_block(w->node, i), entry_block(w->node, i - 1), ret_why);
	}
	if (i < entries && entry_block(w->node, i) < w->end)
		w->end = entry_block(w->node, i);
	*ret_found = i > 0;
	*ret_off = i ? entry_off(i - 1) : 0;
	return REFUSAL_NONE;
}

/* Go to the node that the index at `off` names. */
static enum refusal_code
go_down(struct walk *w, uint64_t off, struct refusal *ret_why)
{
	uint64_t child = EXT_GET(w->node, off, ext_index, leaf_lo) |
	                 EXT_GET(w->node, off, ext_index, leaf_hi) << 32;
	enum refusal_code code = ext_block(
	        w->fs, child, "place of an extent node", w->at + off, &w->node, ret_why);

	if (code)
		return code;
	w->at = child * w->fs->block_size;
	w->depth--;
	if ((code = check_node(w, ret_why)))
		return code;
	return check_node_sum(w, ret_why);
}

/* The run from the extent at `off`, which begins at or before the block. */
static enum refusal_code
read_leaf(const struct walk *w, uint64_t off, struct ext_run *ret_run, struct refusal *ret_why)
{
	uint64_t len = EXT_GET(w->node, off, ext_leaf, len);
	uint64_t skip = w->block - EXT_GET(w->node, off, ext_leaf, block);
	uint64_t start = EXT_GET(w->node, off, ext_leaf, start_lo) |
	                 EXT_GET(w->node, off, ext_leaf, start_hi) << 32;
	bool unwritten = len > EXT_EXTENT_LEN;
	enum refusal_code code;

	len -= unwritten ? EXT_EXTENT_LEN : 0;
	if (!len || len - 1 > w->end - w->block + skip - 1)
		return ext_damaged(w->fs, "length of an extent", w->at + off, len,
		        w->end - w->block + skip, ret_why);
	if (skip >= len) {
		*ret_run = (struct ext_run){0, w->end - w->block};
		return REFUSAL_NONE;
	}
	if ((code = ext_has_blocks(
	             w->fs, start, len, "place of an extent", w->at + off, ret_why)))
		return code;
	*ret_run = (struct ext_run){unwritten ? 0 : start + skip, len - skip};
	return REFUSAL_NONE;
}

enum refusal_code
ext_extents_run(
        struct ext_fs *fs, uint64_t block, struct ext_run *ret_run, struct refusal *ret_why)
{
	struct span root = {fs->inode.block, sizeof(fs->inode.block)};
	uint64_t at = fs->inode.at + offsetof(struct ext_disk_inode, block);
	uint64_t off = 0;
	struct walk w = {fs, block, 1ull << 32, root, at, (uint32_t)HEADER(root, depth)};
	enum refusal_code code;
	bool found = false;

	if (w.depth > EXT_EXTENT_DEPTH)
		return ext_damaged(
		        fs, "depth of an extent tree", at, w.depth, EXT_EXTENT_DEPTH, ret_why);
	if ((code = check_node(&w, ret_why)))
		return code;
	for (;;) {
		if ((code = find_entry(&w, &found, &off, ret_why)))
			return code;
		if (!found) {
			*ret_run = (struct ext_run){0, w.end - block};
			return REFUSAL_NONE;
		}
		if (!w.depth)
			return read_leaf(&w, off, ret_run, ret_why);
		if ((code = go_down(&w, off, ret_why)))
			return code;
	}
}

/* Numbers from `i` on of a table that follow each other, or are all 0. */
static uint64_t
count_numbers(struct span table, uint64_t i)
{
	uint64_t first = span_le32(table, 4 * i), count = 1;

	while (4 * (i + count) < table.size &&
	        span_le32(table, 4 * (i + count)) == (first ? first + count : 0))
		count++;
	return count;
}

/* The run at number `i` of a table, which lies at the volume's byte `at`. */
static enum refusal_code
read_numbers(const struct ext_fs *fs, struct span table, uint64_t at, uint64_t i,
        struct ext_run *ret_run, struct refusal *ret_why)
{
	uint64_t block = span_le32(table, 4 * i), count = count_numbers(table, i);
	enum refusal_code code;

	if (block && (code = ext_has_blocks(fs, block, count, "number of a file's block",
	                      at + 4 * i, ret_why)))
		return code;
	*ret_run = (struct ext_run){block, count};
	return REFUSAL_NONE;
}

/* How many blocks a number in a table of level `level` (1: its blocks are the file's) covers.
 */
static uint64_t
covered(const struct ext_fs *fs, unsigned level)
{
	uint64_t n = 1;

	while (--level)
		n *= fs->block_size / 4;
	return n;
}

enum refusal_code
ext_blocks_run(
        struct ext_fs *fs, uint64_t block, struct ext_run *ret_run, struct refusal *ret_why)
{
	struct span table = {fs->inode.block, 4ull * EXT_BLOCKS_DIRECT};
	uint64_t at = fs->inode.at + offsetof(struct ext_disk_inode, block);
	uint64_t i = EXT_BLOCKS_DIRECT, number, unit;
	enum refusal_code code;
	unsigned level = 1;

	if (block < EXT_BLOCKS_DIRECT)
		return read_numbers(fs, table, at, block, ret_run, ret_why);
	table.size = sizeof(fs->inode.block);
	block -= EXT_BLOCKS_DIRECT;
	for (; block >= covered(fs, level + 1); level++, i++)
		block -= covered(fs, level + 1);
	/* Number `i` of the table leads to a table of level `level`. */
	for (;; level--, i = block / unit, block %= unit) {
		number = span_le32(table, 4 * i);
		unit = covered(fs, level);
		if (!number) {
			*ret_run = (struct ext_run){0, unit * (fs->block_size / 4) - block};
			return REFUSAL_NONE;
		}
		if ((code = ext_block(fs, number, "number of a block of block numbers",
		             at + 4 * i, &table, ret_why)))
			return code;
		at = number * fs->block_size;
		if (level == 1)
			return read_numbers(fs, table, at, block, ret_run, ret_why);
	}
}

/* Data in the inode itself: a short link, or inline data. */
static void
map_inside(const struct ext_inode *inode, uint64_t off, struct fs_extent *ret_extent)
{
	uint64_t here = sizeof(inode->block);
	uint64_t end = inode->size < here || off >= here ? inode->size : here;
	uint64_t at = off < here ? inode->at + offsetof(struct ext_disk_inode, block) + off
	                         : inode->rest_at + off - here;

	*ret_extent = (struct fs_extent){at, end - off, false};
}

/* Is it a link whose text lies in the inode? */
static bool
is_short_link(const struct ext_inode *inode)
{
	return (inode->mode & EXT_MODE_TYPE) == EXT_MODE_LINK &&
	       inode->size < sizeof(inode->block) && !(inode->flags & EXT_FLAG_EXTENTS);
}

enum refusal_code
ext_map(struct ext_fs *fs, uint64_t off, struct fs_extent *ret_extent, struct refusal *ret_why)
{
	const struct ext_inode *inode = &fs->inode;
	uint64_t block = off / fs->block_size, in = off % fs->block_size, len;
	struct ext_run run = {0, 0};
	enum refusal_code code;

	if (off >= inode->size)
		return ext_damaged(fs, "end of a file", inode->at, inode->size, off, ret_why);
	if (inode->flags & EXT_FLAG_INLINE || is_short_link(inode)) {
		map_inside(inode, off, ret_extent);
		return REFUSAL_NONE;
	}
	code = inode->flags & EXT_FLAG_EXTENTS ? ext_extents_run(fs, block, &run, ret_why)
	                                       : ext_blocks_run(fs, block, &run, ret_why);
	if (code)
		return code;
	len = run.count * fs->block_size - in;
	if (len > inode->size - off)
		len = inode->size - off;
	*ret_extent = (struct fs_extent){
	        run.block ? run.block * fs->block_size + in : 0, len, !run.block};
	return REFUSAL_NONE;
}
