/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Boot Loader Specification entries on a disk's file systems, and which of them comes
 * first.
 *
 * UAPI Group Specifications, "Boot Loader Specification": text entries (type 1) in
 * /loader/entries, unified kernel images (type 2) in /EFI/Linux, of the EFI system partition
 * and of XBOOTLDR. Fedora and its kin keep text entries on ext4, in a /boot of its own or in
 * that of the root, which is looked at as well. Where there is no entry at all, GRUB's menu
 * has some (boot_grub.h); without one the kernels /boot/vmlinuz-VERSION are taken, which is a
 * guess.
 *
 * Boot counters decide about the order; boot_list_count() counts them down.
 */
#ifndef KSHIM_BOOT_ENTRIES_H
#define KSHIM_BOOT_ENTRIES_H

#include "file_system.h"
#include "partitions.h"
#include "stub/input/bls.h"

#define BOOT_ENTRIES 64
#define BOOT_TEXTS   65536u /* bytes of all entries' texts */
#define BOOT_TEXT    8192u  /* of one at most */

enum boot_kind { BOOT_TEXT_ENTRY, BOOT_IMAGE, BOOT_GUESS, BOOT_GRUB };

struct boot_entry {
	enum boot_kind kind;
	struct bls_entry entry; /* of an image without `kernel`, which is `path` */
	uint32_t partition;     /* its number */
	struct span path;       /* of the entry's own file */
	struct refusal why;     /* what is wrong with it; else its code is REFUSAL_NONE */
};

/* All texts lie in `text`, so it must not be moved. */
struct boot_entries {
	const char *machine; /* as in `architecture`: "x64" */
	uint32_t count;
	uint32_t left_out; /* for which there was no room */
	struct boot_entry entry[BOOT_ENTRIES];
	struct span wanted;       /* the default that loader.conf names: a glob, or empty */
	struct span grub_default; /* GRUB's, of entries in its menu: id, title, number from 0 */
	uint32_t used;            /* bytes of `text` */
	char text[BOOT_TEXTS];
};

/* Nothing found so far; text entries for another machine than this are left out. */
void boot_entries_start(struct boot_entries *list, const char *machine);

/* Append bytes to the list's texts, where they stay; false if there is no room. */
bool boot_keep(struct boot_entries *list, struct span bytes);

/* What was appended since list->used was `start`, as one text. */
struct span boot_kept(const struct boot_entries *list, uint32_t start);

/* Are entries looked for on this partition? On FAT only if its type is one of the two. */
bool boot_entries_on(const struct file_system *fs, const struct partition *part);

/*
 * Append the entries of one file system, and take its loader.conf if none was seen yet. One
 * that is damaged is appended with `why`. Errors: REFUSAL_DISK_READ, _DISK_DAMAGED,
 * _EXT_UNSUPPORTED of the folders themselves; entries found before stay.
 */
enum refusal_code boot_entries_add(struct boot_entries *list, struct file_system *fs,
        const struct partition *part, struct refusal *ret_why);

/*
 * Append kernels that no entry names: /boot/vmlinuz-VERSION or /vmlinuz-VERSION, with the
 * initrd of that version that Debian, Fedora or SUSE put beside it, and root= by the
 * partition's UUID if the file system looks like a root. Errors: as above.
 */
enum refusal_code boot_entries_guess(struct boot_entries *list, struct file_system *fs,
        const struct partition *part, struct refusal *ret_why);

/* Bring them into the order of the menu: good ones, as bls_compare() says, then damaged ones.
 */
void boot_entries_sort(struct boot_entries *list);

/*
 * Of a sorted list, the entry that boots. `wanted` is a glob of its id, or its place in the
 * list, counted from 1, if it is the id of none: the first good one that is meant, else a
 * damaged one that is, whose `why` says so. If it is empty, the default of loader.conf, or else
 * the first good one. NULL if there is none.
 */
struct boot_entry *boot_entries_choose(struct boot_entries *list, struct span wanted);

#endif
