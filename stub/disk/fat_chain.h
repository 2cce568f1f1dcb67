/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains of clusters and slots of directories, for the parts of FAT. */
#ifndef KSHIM_FAT_CHAIN_H
#define KSHIM_FAT_CHAIN_H

#include "fat_names.h"

/* Does the volume have that cluster? */
bool fat_has(const struct fat *fs, uint64_t cluster);

/* Byte of the volume where a cluster's content starts. */
uint64_t fat_cluster_at(const struct fat *fs, uint64_t cluster);

/*
 * The cluster that follows, 0 at the chain's end.
 * Errors: REFUSAL_DISK_READ; _DISK_DAMAGED: a cluster that the volume does not have.
 */
enum refusal_code fat_follow(
        const struct fat *fs, uint64_t cluster, uint32_t *ret_next, struct refusal *ret_why);

/* Is that the root of FAT12 or FAT16, which is no chain but a place of its own? */
bool fat_is_fixed_root(const struct fat *fs, const struct fs_node *dir);

#define FAT_FREE 0xe5 /* first byte of a slot that was in use; 0: none behind it was */

/* 32 bytes of a directory: a file's entry or a part of its long name. */
struct fat_slot {
	uint64_t at; /* byte of the volume; 0: the chain of clusters is at its end */
	struct span bytes;
};

bool fat_in_use(struct span entry);

/*
 * The next slot of a directory; *ret_there is false, now and later, where it ends: at a slot
 * that begins with 0, or with its last cluster. Errors: REFUSAL_DISK_READ, _DISK_DAMAGED.
 */
enum refusal_code fat_slot(struct fat *fs, const struct fs_node *dir, struct fs_cursor *c,
        bool *ret_there, struct fat_slot *ret_slot, struct refusal *ret_why);

/* The next entry with a name, and the long name before it, which may not be its own. */
enum refusal_code fat_next_name(struct fat *fs, const struct fs_node *dir,
        struct fs_cursor *cursor, bool *ret_found, struct fat_long *ret_name,
        struct fat_slot *ret_slot, struct refusal *ret_why);

#endif
