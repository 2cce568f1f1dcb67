/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains of clusters, for the two halves of FAT: files and directories. */
#ifndef KSHIM_FAT_CHAIN_H
#define KSHIM_FAT_CHAIN_H

#include "fat.h"

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

#endif
