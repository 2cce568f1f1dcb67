/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directories of ext2, ext3 and ext4, entry by entry.
 *
 * A block is full of entries, each of which says where the next one is. Surprise: the blocks of
 * a hash tree look like blocks with one unused entry, a block's checksum like an unused entry
 * at its end; so reading in order sees each name once, whatever the directory is. Inline
 * directories have two pieces, and no `.` and `..`: four bytes name the parent.
 */
#include "ext_parts.h"

#include "stub/base/crc32.h"
#include "stub/base/range.h"

#define INLINE_PARENT 4 /* bytes at the start of an inline directory */

/* The part of a directory that holds the entry that is read: a block, or a piece of an inode.
 */
struct piece {
	struct span bytes;
	uint64_t start; /* byte of the directory */
	uint64_t at;    /* byte of the volume */
	bool is_block;
};

/* An entry, in its piece. */
struct entry {
	uint64_t inode, len;
	uint8_t type;
	struct span name;
};

static enum refusal_code
check_directory(const struct ext_fs *fs, struct refusal *ret_why)
{
	const struct ext_inode *inode = &fs->inode;

	if ((inode->mode & EXT_MODE_TYPE) != EXT_MODE_DIRECTORY)
		return ext_damaged(fs, "mode of a directory", inode->at, inode->mode,
		        EXT_MODE_DIRECTORY, ret_why);
	if (inode->flags & EXT_FLAG_ENCRYPT)
		return ext_unsupported(&fs->volume, "an encrypted directory", inode->at,
		        inode->flags, ret_why);
	if (inode->size > EXT_DIRECTORY_MOST)
		return ext_unsupported(&fs->volume, "a directory of more than 16 MiB",
		        inode->at, inode->size, ret_why);
	if (!(inode->flags & EXT_FLAG_INLINE) && inode->size % fs->block_size)
		return ext_damaged(fs, "size of a directory", inode->at, inode->size,
		        align_down(inode->size, fs->block_size), ret_why);
	return REFUSAL_NONE;
}

/* The piece that byte `off` of the directory fs->inode lies in. */
static enum refusal_code
find_piece(struct ext_fs *fs, uint64_t off, struct piece *ret_piece, struct refusal *ret_why)
{
	struct piece p = {.is_block = !(fs->inode.flags & EXT_FLAG_INLINE)};
	uint64_t len = fs->block_size;
	struct fs_extent extent;
	enum refusal_code code;

	if (p.is_block)
		p.start = align_down(off, fs->block_size);
	else
		p.start =
		        off < sizeof(fs->inode.block) ? INLINE_PARENT : sizeof(fs->inode.block);
	if ((code = ext_map(fs, p.start, &extent, ret_why)))
		return code;
	if (extent.hole)
		return ext_damaged(
		        fs, "directory, because of a hole,", fs->inode.at, p.start, 0, ret_why);
	p.at = extent.at;
	if (!p.is_block)
		len = extent.len;
	if ((code = volume_bytes(&fs->volume, p.at, len, "directory", &p.bytes, ret_why)))
		return code;
	*ret_piece = p;
	return REFUSAL_NONE;
}

/* Does the block belong to the hash tree itself, so that its sum is elsewhere? */
static bool
is_index(const struct ext_fs *fs, const struct piece *p)
{
	if (!(fs->inode.flags & EXT_FLAG_INDEX))
		return false;
	return !p->start || (!EXT_GET(p->bytes, 0, ext_dirent, inode) &&
	                            EXT_GET(p->bytes, 0, ext_dirent, rec_len) == p->bytes.size);
}

static enum refusal_code
check_block_sum(const struct ext_fs *fs, const struct piece *p, struct refusal *ret_why)
{
	uint64_t tail = p->bytes.size - sizeof(struct ext_dirent_tail), found, wanted;

	if (!fs->has_sums || !p->is_block || is_index(fs, p))
		return REFUSAL_NONE;
	found = EXT_GET(p->bytes, tail, ext_dirent_tail, checksum);
	wanted = crc32c_add(fs->inode.seed, (struct span){p->bytes.base, tail});
	if (EXT_GET(p->bytes, tail, ext_dirent, file_type) != EXT_TYPE_TAIL || found != wanted)
		return ext_damaged(fs, "checksum of a directory's block",
		        p->at + tail + offsetof(struct ext_dirent_tail, checksum), found,
		        wanted, ret_why);
	return REFUSAL_NONE;
}

/* Is it a name that a path can have? */
static bool
is_name(struct span name)
{
	for (uint64_t i = 0; i < name.size; i++) {
		if (!name.base[i] || name.base[i] == '/')
			return false;
	}
	return name.size != 0;
}

static enum refusal_code
read_entry(const struct ext_fs *fs, const struct piece *p, uint64_t off,
        struct entry *ret_entry, struct refusal *ret_why)
{
	struct entry e = {EXT_GET(p->bytes, off, ext_dirent, inode),
	        EXT_GET(p->bytes, off, ext_dirent, rec_len), 0, {NULL, 0}};
	uint64_t name_len = EXT_GET(p->bytes, off, ext_dirent, name_len);
	uint64_t least = sizeof(struct ext_dirent) + (e.inode ? name_len : 0);

	if (e.len < least || e.len % 4 || !bounds_ok(p->bytes.size, off, e.len))
		return ext_damaged(fs, "length of a directory's entry", p->at + off, e.len,
		        (least + 3) & ~3ull, ret_why);
	if (fs->has_types)
		e.type = (uint8_t)EXT_GET(p->bytes, off, ext_dirent, file_type);
	if (e.inode) {
		span_sub(p->bytes, off + sizeof(struct ext_dirent), name_len, &e.name);
		if (e.inode > fs->inodes || !is_name(e.name))
			return ext_damaged(fs, "entry of a directory", p->at + off, e.inode,
			        fs->inodes, ret_why);
	}
	*ret_entry = e;
	return REFUSAL_NONE;
}

static void
give_entry(const struct entry *e, struct fs_entry *ret_entry)
{
	enum fs_type type = FS_OTHER;

	if (e->type == EXT_TYPE_FILE)
		type = FS_FILE;
	else if (e->type == EXT_TYPE_DIRECTORY)
		type = FS_DIRECTORY;
	else if (e->type == EXT_TYPE_LINK)
		type = FS_LINK;
	ret_entry->node = (struct fs_node){type, e->inode, 0};
	ret_entry->name_len = (uint32_t)e->name.size;
	memcpy(ret_entry->name, e->name.base, (size_t)e->name.size);
	ret_entry->name[e->name.size] = 0;
}

/* Read the entry at the cursor, and step over it. */
static enum refusal_code
step(struct ext_fs *fs, struct fs_cursor *cursor, struct entry *ret_entry,
        struct refusal *ret_why)
{
	struct piece p = {.start = 0};
	enum refusal_code code = find_piece(fs, cursor->off, &p, ret_why);

	if (code)
		return code;
	if (cursor->off <= p.start) {
		cursor->off = p.start;
		if ((code = check_block_sum(fs, &p, ret_why)))
			return code;
	}
	if ((code = read_entry(fs, &p, cursor->off - p.start, ret_entry, ret_why)))
		return code;
	cursor->off += ret_entry->len;
	cursor->steps++;
	return REFUSAL_NONE;
}

enum refusal_code
ext_next(struct ext_fs *fs, const struct fs_node *directory, struct fs_cursor *cursor,
        bool *ret_found, struct fs_entry *ret_entry, struct refusal *ret_why)
{
	struct entry e = {.inode = 0};
	enum refusal_code code;

	if ((code = ext_inode_read(fs, directory->id, ret_why)) ||
	        (code = check_directory(fs, ret_why)))
		return code;
	*ret_found = false;
	while (!*ret_found && cursor->off < fs->inode.size) {
		if ((code = step(fs, cursor, &e, ret_why)))
			return code;
		*ret_found = e.inode && !span_equals(e.name, ".") && !span_equals(e.name, "..");
	}
	if (*ret_found)
		give_entry(&e, ret_entry);
	return REFUSAL_NONE;
}
