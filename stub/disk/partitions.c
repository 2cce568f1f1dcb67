/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses the reader for a disk's partition table. */
#include "partition_tables.h"

#include "fat.h"

/*
 * A FAT on the whole disk, whose boot sector has something like a table as well: mtools writes
 * one, of a single partition that is the disk.
 */
static bool
is_fat(const struct volume *whole)
{
	struct fat fat;
	struct refusal ignored;
	bool found;

	return !fat_open(whole, &found, &fat, &ignored) && found;
}

enum refusal_code
partitions_open(struct disk *disk, struct partitions *ret_table, struct refusal *ret_why)
{
	struct partitions table = {.disk = disk};
	struct volume whole = disk_volume(disk);
	struct span sector;
	enum refusal_code code;

	if ((code = volume_bytes(&whole, 0, 512, "first sector", &sector, ret_why)))
		return code;
	table.table = mbr_kind(sector);
	if (table.table == PARTITION_TABLE_MBR && is_fat(&whole))
		table.table = PARTITION_TABLE_NONE;
	if (table.table == PARTITION_TABLE_MBR)
		mbr_open(&table, sector);
	if (table.table == PARTITION_TABLE_GPT && (code = gpt_open(&table, ret_why)))
		return code;
	*ret_table = table;
	return REFUSAL_NONE;
}

/* The whole disk as the only partition. */
static void
whole_next(const struct partitions *table, struct partition_cursor *cursor, bool *ret_found,
        struct partition *ret_partition)
{
	*ret_found = cursor->index++ == 0;
	if (*ret_found)
		*ret_partition = (struct partition){.volume = disk_volume(table->disk)};
}

enum refusal_code
partitions_next(const struct partitions *table, struct partition_cursor *cursor,
        bool *ret_found, struct partition *ret_partition, struct refusal *ret_why)
{
	switch (table->table) {
	case PARTITION_TABLE_GPT:
		return gpt_next(table, cursor, ret_found, ret_partition, ret_why);
	case PARTITION_TABLE_MBR:
		return mbr_next(table, cursor, ret_found, ret_partition, ret_why);
	case PARTITION_TABLE_NONE:
		break;
	}
	whole_next(table, cursor, ret_found, ret_partition);
	return REFUSAL_NONE;
}
