/* SPDX-License-Identifier: BSD-2-Clause */
/* The readers of each table, which partitions.c chooses from; parameters are as there. */
#ifndef KSHIM_PARTITION_TABLES_H
#define KSHIM_PARTITION_TABLES_H

#include "partitions.h"

/* Fill *table from the first copy or, if that is damaged, from the second. */
enum refusal_code gpt_open(struct partitions *table, struct refusal *ret_why);
enum refusal_code gpt_next(const struct partitions *table, struct partition_cursor *cursor,
        bool *ret_found, struct partition *ret_partition, struct refusal *ret_why);

/* Which table does the disk's first sector say that there is? */
enum partition_table mbr_kind(struct span sector);
void mbr_open(struct partitions *table, struct span sector);
enum refusal_code mbr_next(const struct partitions *table, struct partition_cursor *cursor,
        bool *ret_found, struct partition *ret_partition, struct refusal *ret_why);

#endif
