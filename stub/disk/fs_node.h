/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every file system answers with: nodes, a walk through a directory, runs of bytes.
 *
 * Each file system has the same functions, which one table brings together (fat_, ext_):
 *
 *     open(volume, ret_fs)            is it one, and of which shape
 *     root(fs)                        the node of its root
 *     next(fs, directory, cursor)     the next entry of a directory
 *     stat(fs, node)                  type and size, where the entry did not have them
 *     extent(fs, node, off)           where the file's bytes from `off` on lie
 *
 * Paths, symbolic links and reading are written once, on top of these.
 */
#ifndef KSHIM_FS_NODE_H
#define KSHIM_FS_NODE_H

#include <stdbool.h>
#include <stdint.h>

#define FS_NAME 766 /* bytes: FAT's 255 UTF-16 units in UTF-8, and a NUL; 255 in ext4 */

enum fs_type { FS_FILE, FS_DIRECTORY, FS_LINK, FS_OTHER };

struct fs_node {
	enum fs_type type;
	uint64_t id;   /* FAT: the first cluster; ext: the inode's number */
	uint64_t size; /* bytes */
};

/* Where a walk has come to; all zero at the start of the directory. */
struct fs_cursor {
	uint64_t off;   /* byte of the directory that is read next */
	uint64_t where; /* FAT: the cluster that it lies in */
	uint64_t steps; /* made so far, which bounds a directory without an end */
};

/* A name in a directory, without `.`, `..`, deleted entries and labels. */
struct fs_entry {
	struct fs_node
	        node; /* type and size as far as the directory says; its stat function knows */
	uint32_t name_len;
	char name[FS_NAME];
};

/* A run of a file's bytes that lie together. */
struct fs_extent {
	uint64_t at;  /* byte of the volume, unless `hole` */
	uint64_t len; /* bytes, at least 1, not beyond the file's end */
	bool hole;    /* reads as zeroes */
};

#endif
