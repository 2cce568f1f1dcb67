/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is on a disk image, and who boots it: facts_disk.c lists, disk_entry.c judges the boot
 * entries, disk_bios.c and disk_uefi.c follow a firmware to them, launch_disk.c answers for
 * each launcher.
 */
#ifndef CHECK_DISK_H
#define CHECK_DISK_H

#include "stub/disk/boot_list.h"
#include "tools/check/report.h"
#include "tools/disk_image.h"

/* Columns of the table "partitions". */
enum {
	DISK_NUMBER,
	DISK_SIZE,
	DISK_CONTENTS,
	DISK_LABEL,
	DISK_NAME,
	DISK_TYPE,
	DISK_START,
	DISK_CODE,
	DISK_PARTUUID,
	DISK_UUID,
	DISK_COLUMNS,
};

/* One boot entry, judged. */
struct disk_entry {
	const struct boot_entry *entry;
	const char *id, *title; /* title: what a menu shows */
	const char *files;     /* all its files' names: entries with the same have one answer */
	const char *broken;    /* its files cannot boot by anything: why; or NULL */
	const char *why;       /* kshim does not boot it: why; or NULL */
	const char *rule;      /* a stable name; NULL if it boots */
	const char *how;       /* "enters it at 0x1000200 by linux64" */
	struct report *kernel; /* NULL: there is none to look at */
	const struct verdict *said; /* that it does not boot; NULL: it boots */
	uint64_t least;             /* bytes of memory; 0: not known */
};

/* How a firmware fares with the disk. */
struct disk_way {
	bool known; /* else nothing can be said, but `text` */
	bool boots;
	const char *rule, *text;
};

struct disk_view {
	struct report *report;
	uint64_t limit; /* bytes that a file may have, and may unpack to */
	uint64_t spent; /* bytes of files that were read so far, and of what was packed in them
	                 */
	struct disk_image image;
	struct partitions table;
	struct boot_list list;
	struct boot_load load;
	struct boot_entries grub;   /* GRUB's menu beside other entries */
	struct boot_entry fallback; /* BOOTX64.EFI, where there is no entry */
	const char *over;           /* REFUSAL_DISK_BUDGET, if the images give up */
	bool foreign;               /* a file system is not read: files may be on it */
	const char *foreign_name;   /* "XFS" */
	struct disk_entry entry[BOOT_ENTRIES];
	uint32_t entries;
	struct disk_entry *chosen; /* of them, what kshim boots; NULL: none */
	struct disk_entry by_grub; /* GRUB's default, where the entries are others */
	struct disk_way kshim, bios, uefi;
};

/* What is wrong with the entry's files, kernel, line; fills *ret. */
void disk_entry_judge(
        struct disk_view *view, const struct boot_entry *e, struct disk_entry *ret);

/*
 * Read file `n` of an entry into the empty *ret_file, which is the caller's even if it fails.
 * NULL if that was done; else why not, with the file's path before it, and by which rule.
 */
const char *disk_entry_read(struct disk_view *view, const struct boot_entry *e, uint32_t n,
        struct file *ret_file, const char **ret_rule);
/* The report on a kernel: `file` is the report's then. */
struct report *disk_kernel(struct disk_view *view, const char *name, struct file *file);

/* The entry that GRUB boots, found by grub.cfg; NULL with why there is none. */
const struct disk_entry *disk_grub_entry(struct disk_view *view, const char **ret_why);
/* GRUB has come so far: does it boot its entry? */
struct disk_way disk_by_grub(struct disk_view *view, const char *before);

/* A BIOS runs the code in the first sector. */
void disk_bios(struct disk_view *view);
/* UEFI starts \EFI\BOOT\BOOTX64.EFI. */
void disk_uefi(struct disk_view *view);

/* The entry of which the verdict says why it does not boot; NULL if there is none. */
const struct disk_entry *disk_entry_of(const struct disk_view *view, const struct verdict *v);

/* Answers and sentences of the whole disk. */
struct disk_way disk_yes(const char *rule, const char *text);
struct disk_way disk_no(const char *rule, const char *text);
struct disk_way disk_unknown(const char *text);

#endif
