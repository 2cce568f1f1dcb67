/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The partitions of a disk, numbered and named as Linux does it, which is what root=PARTUUID=
 * and /dev/vda1 mean.
 *
 * GPT (UEFI 2.10, chapter 5) where the MBR has an entry of type 0xee, else an MBR with its
 * extended partitions, else one file system on the whole disk: a walk finds that as
 * partition 0. A GPT whose first copy is damaged is read from its second one.
 */
#ifndef KSHIM_PARTITIONS_H
#define KSHIM_PARTITIONS_H

#include "disk.h"
#include "stub/base/guid.h"

#define PARTITION_NAME 109 /* 36 UTF-16 units in UTF-8, and a NUL */

enum partition_table { PARTITION_TABLE_NONE, PARTITION_TABLE_MBR, PARTITION_TABLE_GPT };

struct partitions {
	struct disk *disk;
	enum partition_table table;
	bool backup;            /* GPT: this is the second copy, because of */
	struct refusal primary; /* what is wrong with the first one */
	char id[GUID_TEXT];     /* GPT: the disk's GUID; MBR: its 8 digits; else empty */
	uint64_t entries_at;    /* GPT: byte of the disk */
	uint32_t entry_size, entries;
};

/* Where a walk has come to; all zero at its start. */
struct partition_cursor {
	uint32_t index; /* entry that is next; MBR: from 4 on, the chain of entry index - 4 */
	uint32_t slot;  /* entry of the extended partition's table that is next */
	uint32_t logical, tables; /* seen so far */
	uint64_t chain, extended; /* sectors: the next table, where the extended one starts */
};

struct partition {
	uint32_t number; /* from 1 on, logical ones from 5; 0: the whole disk */
	struct volume volume;
	char type[GUID_TEXT]; /* GPT: a GUID; MBR: two digits, "83"; else empty */
	char uuid[GUID_TEXT]; /* as in PARTUUID=; empty for a whole disk */
	char name[PARTITION_NAME];
	uint64_t attributes; /* of a GPT; for an MBR its boot indicator, 0 or 0x80 */
};

/*
 * Which table has the disk?
 * Errors: REFUSAL_DISK_READ; _DISK_DAMAGED if a GPT has no good copy, of which the first one's
 * fault is said.
 */
enum refusal_code partitions_open(
        struct disk *disk, struct partitions *ret_table, struct refusal *ret_why);

/*
 * The next partition; *ret_found is false after the last one. After an error the walk may go
 * on behind the partition that it was about.
 * Errors: REFUSAL_DISK_READ; _DISK_DAMAGED: one that is not inside the disk, or a chain of
 * extended partitions without an end.
 */
enum refusal_code partitions_next(const struct partitions *table,
        struct partition_cursor *cursor, bool *ret_found, struct partition *ret_partition,
        struct refusal *ret_why);

/* What a partition's type is called ("EFI system"); NULL if it is not a well-known one. */
const char *partition_type_name(const struct partition *p);

/* Could it hold a file system? GRUB's core and memory that was swapped out are none. */
bool partition_is_for_files(const struct partition *p);

/* Is it where the Boot Loader Specification looks for entries? */
bool partition_is_esp(const struct partition *p);
bool partition_is_xbootldr(const struct partition *p);

#endif
