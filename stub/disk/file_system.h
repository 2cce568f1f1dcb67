/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files on a volume, whatever file system it has: by path, as entries of a folder, as bytes.
 */
#ifndef KSHIM_FILE_SYSTEM_H
#define KSHIM_FILE_SYSTEM_H

#include "ext.h"
#include "fat.h"
#include "fs_node.h"
#include "stub/base/guid.h"

#define FS_LABEL FAT_LABEL /* bytes; 16 and a NUL in ext4 */
#define FS_DEPTH 32        /* folders inside each other in a path */
#define FS_PATH  1024      /* bytes of a path with the links in it */
#define FS_LINKS 16        /* symbolic links that are followed on the way to a file */

enum fs_kind { FS_FAT, FS_EXT };

struct file_system {
	enum fs_kind kind;
	const char *name;     /* "FAT32", "ext4" */
	char uuid[GUID_TEXT]; /* as in root=UUID=; FAT: XXXX-XXXX; empty if there is none */
	char label[FS_LABEL]; /* UTF-8 */
	bool needs_recovery;  /* ext3, ext4: what the journal holds is missing; say so once */
	union {
		struct fat fat;
		struct ext_fs ext;
	};
};

/*
 * Errors: REFUSAL_DISK_NO_FS with what it is instead, as far as that can be told, in `detail`
 * and where = the volume's start; REFUSAL_EXT_UNSUPPORTED, which reading ext4 can give as well;
 * REFUSAL_DISK_READ, _DISK_DAMAGED.
 */
enum refusal_code fs_open(
        const struct volume *v, struct file_system *ret_fs, struct refusal *ret_why);

/* What is on a volume that no file system of ours is on ("XFS"); NULL if nothing tells. */
enum refusal_code fs_foreign(
        const struct volume *v, const char **ret_name, struct refusal *ret_why);

struct fs_node fs_root(const struct file_system *fs);

/*
 * The next entry of a folder, with what the folder says of it; *ret_found is false after the
 * last one. Errors: REFUSAL_DISK_READ, _DISK_DAMAGED.
 */
enum refusal_code fs_next(struct file_system *fs, const struct fs_node *folder,
        struct fs_cursor *cursor, bool *ret_found, struct fs_entry *ret_entry,
        struct refusal *ret_why);

/* Fill in what the folder did not say: type and size. Errors: as fs_next(). */
enum refusal_code fs_stat(
        struct file_system *fs, struct fs_node *node, struct refusal *ret_why);

/*
 * The file or folder at a path, whose parts stand between `/`; where it starts makes no
 * difference. Symbolic links are followed, inside of this file system. On FAT the letters a to
 * z match in either case.
 * Errors: REFUSAL_DISK_NO_FILE (found = parts that are there), _DISK_PATH; as fs_next().
 */
enum refusal_code fs_find(struct file_system *fs, struct span path, struct fs_node *ret_node,
        struct refusal *ret_why);

/* The same for a file: a folder is REFUSAL_DISK_PATH. */
enum refusal_code fs_find_file(struct file_system *fs, struct span path,
        struct fs_node *ret_node, struct refusal *ret_why);

/* The name that a path ends with, and the path of its folder, which may be empty. */
void fs_split(struct span path, struct span *ret_folder, struct span *ret_name);

/*
 * The run of bytes of the file that lie together from `off` on, which is below its size, as
 * long as it is; a hole may go on in the next one. Errors: as fs_next().
 */
enum refusal_code fs_extent(struct file_system *fs, const struct fs_node *node, uint64_t off,
        struct fs_extent *ret_extent, struct refusal *ret_why);

/*
 * Read the file's bytes [off, off + len), which it has, to `to`, in as few requests as its
 * runs allow. Errors: as fs_next().
 */
enum refusal_code fs_read(struct file_system *fs, const struct fs_node *node, uint64_t off,
        uint64_t len, void *to, struct refusal *ret_why);

#endif
