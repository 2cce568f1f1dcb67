/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2, ext3 and ext4, read only: nodes, directories and where files lie.
 *
 * Linux Documentation/filesystems/ext4/. Read are extents and block maps, blocks of 1, 2 and
 * 4 KiB, meta_bg, sparse_super2, inline data, and all features that do not change how files are
 * found (flex_bg, bigalloc, large directories, hash trees: these are read entry by entry). With
 * metadata_csum the checksums of inodes, extent nodes and directory blocks must be right; those
 * of the superblock and of group descriptors are not looked at, because a wrong number there
 * leads to an inode whose checksum, which includes its number, is wrong.
 *
 * The journal is not replayed: `needs_recovery` says that the file system was in use, or its
 * machine died, when the disk was copied; what was written last may then be missing.
 *
 * Names are compared by the caller, byte by byte, in a directory that folds case, too. An
 * encrypted directory, file or link is refused when its contents are asked for.
 */
#ifndef KSHIM_EXT_H
#define KSHIM_EXT_H

#include "disk.h"
#include "fs_node.h"

#define EXT_LABEL          17          /* bytes, with the NUL */
#define EXT_DIRECTORY_MOST (16u << 20) /* bytes of a directory that is read */

/* An inode as far as files are read. */
struct ext_inode {
	uint64_t number; /* 0: none */
	uint64_t at;     /* byte of the volume */
	uint64_t size;
	uint16_t mode;
	uint32_t flags;
	uint32_t seed;      /* what the checksums of its blocks start from */
	uint8_t block[60];  /* i_block */
	uint64_t rest_at;   /* of inline data, what lies behind `block`: byte of the volume, */
	uint64_t rest_size; /* and bytes */
};

struct ext_fs {
	struct volume volume;
	const char *name; /* "ext2", "ext3", "ext4" */
	char label[EXT_LABEL];
	uint8_t uuid[16];
	bool needs_recovery;
	bool has_types;  /* directories say what their entries are */
	bool has_sums;   /* metadata_csum */
	bool is_meta_bg; /* descriptors from block number first_meta_bg on lie in their groups
	                  */
	bool is_sparse;  /* not every group has a superblock */
	bool is_sparse2; /* but the groups backup[] */
	uint32_t seed;   /* what an inode's checksum starts from */
	uint32_t block_size;
	uint32_t inode_size;
	uint32_t group_size; /* of a group's descriptor */
	uint64_t blocks;
	uint32_t first_block;
	uint32_t group_blocks;
	uint32_t inodes;
	uint32_t group_inodes;
	uint32_t first_meta_bg;
	uint32_t backup[2];
	struct ext_inode inode; /* the one that was read last */
};

/*
 * Read the superblock. *ret_found is false, with REFUSAL_NONE, if the volume has none.
 * Errors: REFUSAL_EXT_UNSUPPORTED, REFUSAL_DISK_DAMAGED, REFUSAL_DISK_READ.
 *
 * The last three come from all functions here; `where` is a byte of the disk.
 */
enum refusal_code ext_open(const struct volume *v, bool *ret_found, struct ext_fs *ret_fs,
        struct refusal *ret_why);

struct fs_node ext_root(void);

/* The node of inode number `id`, with its type and size. */
enum refusal_code ext_stat(
        struct ext_fs *fs, uint64_t id, struct fs_node *ret_node, struct refusal *ret_why);

/*
 * The entry at *cursor of a directory; *ret_found is false at its end. The entry's node has a
 * size of 0, and FS_OTHER where the directory does not say what it is: ext_stat() knows.
 */
enum refusal_code ext_next(struct ext_fs *fs, const struct fs_node *directory,
        struct fs_cursor *cursor, bool *ret_found, struct fs_entry *ret_entry,
        struct refusal *ret_why);

/* Where the bytes of a file, or of a link's text, lie from `off` on, which is less than its
 * size. */
enum refusal_code ext_extent(struct ext_fs *fs, const struct fs_node *node, uint64_t off,
        struct fs_extent *ret_extent, struct refusal *ret_why);

#endif
