/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FAT12, FAT16 and FAT32 with long names, as fs_node.h describes; of all there is only names
 * are written.
 *
 * Microsoft's "FAT: General Overview of On-Disk Format" 1.03. Where it and Linux differ, Linux
 * is followed: a volume whose 16-bit FAT size is 0 is FAT32 however few clusters it has, as
 * mkfs.fat -F 32 makes small EFI system partitions.
 */
#ifndef KSHIM_FAT_H
#define KSHIM_FAT_H

#include "disk.h"
#include "fs_node.h"

#define FAT_LABEL 34 /* 11 characters in UTF-8, and a NUL */

struct fat {
	struct volume volume;
	uint32_t bits;              /* of an entry of the table: 12, 16 or 32 */
	uint32_t cluster_size;      /* bytes */
	uint32_t clusters;          /* they have the numbers 2 to clusters + 1 */
	uint64_t table_at, data_at; /* bytes of the volume */
	uint64_t root_at;           /* FAT12, FAT16: the root's place */
	uint32_t root_len;          /* and length */
	uint32_t root_cluster;      /* FAT32: its first cluster */
	bool has_serial;
	uint32_t serial;       /* what Linux calls the UUID: XXXX-XXXX */
	char label[FAT_LABEL]; /* of the boot sector; the root's, if any, is the better one */
	/* The chain that was followed last, because files are read from start to end. */
	uint32_t chain, chain_index, chain_cluster;
};

/*
 * Is it one? *ret_found is false, with REFUSAL_NONE, if the first sector is not FAT's.
 * Errors: REFUSAL_DISK_READ, _DISK_DAMAGED.
 */
enum refusal_code fat_open(
        const struct volume *v, bool *ret_found, struct fat *ret_fs, struct refusal *ret_why);

struct fs_node fat_root(const struct fat *fs);

/* The next entry of a directory; *ret_found is false behind the last one. Errors: as above. */
enum refusal_code fat_next(struct fat *fs, const struct fs_node *dir, struct fs_cursor *cursor,
        bool *ret_found, struct fs_entry *ret_entry, struct refusal *ret_why);

/*
 * Rename the file `name` of a folder: the last `cut` bytes of its name, which are ASCII, become
 * `tail`, which is ASCII, too. There must be no file of the new name. NULL if it was done; else
 * why not, in words; *ret_no_room is true if a shorter name may do, and nothing is written.
 *
 * The slots of the long name are written over where they are if one request can do that. Else,
 * and if the name needs more slots, it is written to others of the folder, whose cluster stays
 * the last, before those that it had become free: a loss of power between the two leaves two
 * names of one file. In a folder that has no others a name that needs more than one request is
 * written over where it is, too: then a loss of power can leave a name that is half the old one
 * and half the new one.
 */
const char *fat_rename(struct fat *fs, const struct fs_node *folder, struct span name,
        uint32_t cut, struct span tail, bool *ret_no_room);

/* Where the file's bytes from `off` on lie; off is below its size. Errors: as above. */
enum refusal_code fat_extent(struct fat *fs, const struct fs_node *node, uint64_t off,
        struct fs_extent *ret_extent, struct refusal *ret_why);

/* The volume's label, of its root or else its boot sector; empty if it has none. */
enum refusal_code fat_label(struct fat *fs, char ret_label[FAT_LABEL], struct refusal *ret_why);

#endif
