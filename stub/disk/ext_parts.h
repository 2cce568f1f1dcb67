/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the ext reader give each other: inodes, runs of blocks, refusals. */
#ifndef KSHIM_EXT_PARTS_H
#define KSHIM_EXT_PARTS_H

#include "ext.h"
#include "stub/wire/ext.h"

/* REFUSAL_DISK_DAMAGED at the volume's byte `at`. */
enum refusal_code ext_damaged(const struct ext_fs *fs, const char *what, uint64_t at,
        uint64_t found, uint64_t wanted, struct refusal *ret_why);

/* REFUSAL_EXT_UNSUPPORTED at the volume's byte `at`. */
enum refusal_code ext_unsupported(const struct volume *v, const char *what, uint64_t at,
        uint64_t found, struct refusal *ret_why);

/* The bytes of block number `block`, which is damage if the file system has no such block; the
 * number was read at the volume's byte `from`. */
enum refusal_code ext_block(const struct ext_fs *fs, uint64_t block, const char *what,
        uint64_t from, struct span *ret_bytes, struct refusal *ret_why);

/* Where inode number `number`, one that the file system has, lies. */
enum refusal_code ext_inode_place(
        struct ext_fs *fs, uint64_t number, uint64_t *ret_at, struct refusal *ret_why);

/* Read an inode into fs->inode. */
enum refusal_code ext_inode_read(struct ext_fs *fs, uint64_t number, struct refusal *ret_why);

/* Where the bytes from `off` on of the file of fs->inode lie. */
enum refusal_code ext_map(
        struct ext_fs *fs, uint64_t off, struct fs_extent *ret_extent, struct refusal *ret_why);

/* Blocks of a file that lie together, or a hole. */
struct ext_run {
	uint64_t block; /* of the file system; 0: a hole */
	uint64_t count;
};

/* The run that block number `block` of fs->inode begins, by its extents, by its block map. */
enum refusal_code ext_extents_run(
        struct ext_fs *fs, uint64_t block, struct ext_run *ret_run, struct refusal *ret_why);
enum refusal_code ext_blocks_run(
        struct ext_fs *fs, uint64_t block, struct ext_run *ret_run, struct refusal *ret_why);

/* `why` if the file system does not have all of `count` blocks from number `block` on. */
enum refusal_code ext_has_blocks(const struct ext_fs *fs, uint64_t block, uint64_t count,
        const char *what, uint64_t from, struct refusal *ret_why);

#endif
