/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inodes of ext2, ext3 and ext4: type, size, checksum, data inside of the inode; nodes.
 *
 * Surprise: with inline data the first 60 bytes of a file lie where block numbers would be, the
 * others in an extended attribute of the same inode, system.data.
 */
#include "ext_parts.h"

#include "stub/base/crc32.h"

#define INODE(bytes, field) EXT_GET(bytes, 0, ext_disk_inode, field)
#define INODE_AT(field)     offsetof(struct ext_disk_inode, field)
#define BLOCK_BYTES         sizeof(((struct ext_inode *)0)->block)

static uint32_t
sum_part(uint32_t sum, struct span bytes, uint64_t from, uint64_t to)
{
	struct span part;

	return span_sub(bytes, from, to - from, &part) ? crc32c_add(sum, part) : sum;
}

static uint32_t
sum_number(uint32_t sum, uint64_t number, uint64_t len)
{
	return crc32c_add(sum, (struct span){(const uint8_t *)&number, len});
}

/* Has the inode the upper half of its checksum? */
static bool
is_sum_wide(struct span bytes)
{
	return bytes.size > EXT_INODE_OLD &&
	       INODE(bytes, extra_isize) >= INODE_AT(checksum_hi) + 2 - EXT_INODE_OLD;
}

/* The sum of an inode, with zeroes where the sum itself is. */
static uint32_t
inode_sum(uint32_t seed, struct span bytes)
{
	uint32_t sum = sum_part(seed, bytes, 0, INODE_AT(checksum_lo));

	sum = sum_number(sum, 0, 2);
	if (!is_sum_wide(bytes))
		return sum_part(sum, bytes, INODE_AT(checksum_lo) + 2, bytes.size);
	sum = sum_part(sum, bytes, INODE_AT(checksum_lo) + 2, INODE_AT(checksum_hi));
	sum = sum_number(sum, 0, 2);
	return sum_part(sum, bytes, INODE_AT(checksum_hi) + 2, bytes.size);
}

static enum refusal_code
check_sum(const struct ext_fs *fs, const struct ext_inode *inode, struct span bytes,
        struct refusal *ret_why)
{
	uint64_t found = INODE(bytes, checksum_lo);
	uint32_t wanted = inode_sum(inode->seed, bytes);

	if (is_sum_wide(bytes))
		found |= INODE(bytes, checksum_hi) << 16;
	else
		wanted &= 0xffff;
	if (found != wanted)
		return ext_damaged(fs, "checksum of an inode",
		        inode->at + INODE_AT(checksum_lo), found, wanted, ret_why);
	return REFUSAL_NONE;
}

/* Step over the attribute at *at; false at the end of the list, which has four zero bytes. */
static bool
next_attribute(struct span bytes, uint64_t *at)
{
	uint64_t len = sizeof(struct ext_xattr) + EXT_GET(bytes, *at, ext_xattr, name_len);

	if (!span_le32(bytes, *at))
		return false;
	*at += (len + 3) & ~3ull;
	return true;
}

/* Find where the inline data goes on behind i_block: the value of the attribute system.data. */
static void
find_rest(struct ext_inode *inode, struct span bytes)
{
	uint64_t first = EXT_INODE_OLD + INODE(bytes, extra_isize) + 4, at = first, len, off;

	if (bytes.size == EXT_INODE_OLD || span_le32(bytes, first - 4) != EXT_XATTR_MAGIC)
		return;
	do {
		if (EXT_GET(bytes, at, ext_xattr, name_index) != EXT_XATTR_SYSTEM ||
		        EXT_GET(bytes, at, ext_xattr, name_len) != 4 ||
		        !span_is(bytes, at + sizeof(struct ext_xattr), "data", 4) ||
		        EXT_GET(bytes, at, ext_xattr, value_inode))
			continue;
		off = first + EXT_GET(bytes, at, ext_xattr, value_off);
		len = EXT_GET(bytes, at, ext_xattr, value_size);
		if (bounds_ok(bytes.size, off, len)) {
			inode->rest_at = inode->at + off;
			inode->rest_size = len;
		}
		return;
	} while (next_attribute(bytes, &at));
}

/* The most bytes that can be reached by an inode of this kind. */
static uint64_t
size_most(const struct ext_fs *fs, const struct ext_inode *inode)
{
	uint64_t n = fs->block_size / 4;

	if (inode->flags & EXT_FLAG_INLINE)
		return BLOCK_BYTES + inode->rest_size;
	if (inode->flags & EXT_FLAG_EXTENTS)
		return (uint64_t)UINT32_MAX * fs->block_size;
	return (EXT_BLOCKS_DIRECT + n + n * n + n * n * n) * fs->block_size;
}

/* fs->inode from its bytes. */
static enum refusal_code
read_fields(
        struct ext_fs *fs, struct ext_inode *inode, struct span bytes, struct refusal *ret_why)
{
	enum refusal_code code;

	inode->mode = (uint16_t)INODE(bytes, mode);
	inode->flags = (uint32_t)INODE(bytes, flags);
	inode->size = INODE(bytes, size_lo) | INODE(bytes, size_hi) << 32;
	inode->seed =
	        sum_number(sum_number(fs->seed, inode->number, 4), INODE(bytes, generation), 4);
	memcpy(inode->block, bytes.base + INODE_AT(block), BLOCK_BYTES);
	if (fs->has_sums && (code = check_sum(fs, inode, bytes, ret_why)))
		return code;
	if (inode->flags & EXT_FLAG_INLINE)
		find_rest(inode, bytes);
	if (inode->size > size_most(fs, inode))
		return ext_damaged(fs, "size in an inode", inode->at + INODE_AT(size_lo),
		        inode->size, size_most(fs, inode), ret_why);
	return REFUSAL_NONE;
}

enum refusal_code
ext_inode_read(struct ext_fs *fs, uint64_t number, struct refusal *ret_why)
{
	struct ext_inode inode;
	struct span bytes;
	enum refusal_code code;

	if (!number || number > fs->inodes)
		return ext_damaged(fs, "number of an inode", 0, number, fs->inodes, ret_why);
	if (fs->inode.number == number)
		return REFUSAL_NONE;
	memset(&inode, 0, sizeof(inode));
	inode.number = number;
	if ((code = ext_inode_place(fs, number, &inode.at, ret_why)) ||
	        (code = volume_bytes(
	                 &fs->volume, inode.at, fs->inode_size, "inode", &bytes, ret_why)) ||
	        (code = read_fields(fs, &inode, bytes, ret_why)))
		return code;
	fs->inode = inode;
	return REFUSAL_NONE;
}

static enum fs_type
type_of(const struct ext_inode *inode)
{
	switch (inode->mode & EXT_MODE_TYPE) {
	case EXT_MODE_DIRECTORY:
		return FS_DIRECTORY;
	case EXT_MODE_FILE:
		return FS_FILE;
	case EXT_MODE_LINK:
		return FS_LINK;
	default:
		return FS_OTHER;
	}
}

enum refusal_code
ext_stat(struct ext_fs *fs, uint64_t id, struct fs_node *ret_node, struct refusal *ret_why)
{
	enum refusal_code code = ext_inode_read(fs, id, ret_why);

	if (code)
		return code;
	if (!(fs->inode.mode & EXT_MODE_TYPE))
		return ext_damaged(fs, "mode of an inode that has a name",
		        fs->inode.at + INODE_AT(mode), fs->inode.mode, EXT_MODE_FILE, ret_why);
	*ret_node = (struct fs_node){type_of(&fs->inode), id, fs->inode.size};
	return REFUSAL_NONE;
}

enum refusal_code
ext_extent(struct ext_fs *fs, const struct fs_node *node, uint64_t off,
        struct fs_extent *ret_extent, struct refusal *ret_why)
{
	enum refusal_code code = ext_inode_read(fs, node->id, ret_why);

	if (code)
		return code;
	if (fs->inode.flags & EXT_FLAG_ENCRYPT)
		return ext_unsupported(&fs->volume, "an encrypted file", fs->inode.at,
		        fs->inode.flags, ret_why);
	return ext_map(fs, off, ret_extent, ret_why);
}
