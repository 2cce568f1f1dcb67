/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a disk boots: the entry that is chosen of its list (boot_list.h), and the files that it
 * names; where the list is empty, \EFI\BOOT\BOOTX64.EFI, which may be a unified kernel image.
 */
#ifndef KSHIM_BOOT_CHOICE_H
#define KSHIM_BOOT_CHOICE_H

#include "boot_list.h"

#define CHOICE_FILES (1 + BLS_INITRDS) /* a kernel and its initrds */
#define CHOICE_LINE  8192              /* bytes of an entry's options, with the NUL */

struct choice_file {
	struct fs_node node;
	char path[BOOT_PATH];
};

struct boot_choice {
	const struct boot_entry *entry; /* of `list`; NULL: BOOTX64.EFI */
	struct boot_volume *volume;     /* with the files */
	uint32_t files;                 /* [0] is the kernel */
	struct choice_file file[CHOICE_FILES];
	char line[CHOICE_LINE]; /* the entry's options */
	struct boot_list list;
};

/*
 * Is told of each entry, and with `why` of each that is damaged, of partitions that cannot be
 * read, and of no boot at all.
 */
typedef void choice_watcher(void *context, const char *path, const struct refusal *why);

/*
 * Choose what the disk boots. `wanted` is a glob of an id, or empty: then the default of
 * loader.conf counts, else the first of the order. *ret_found is false, with REFUSAL_NONE, if
 * there is nothing to boot. `watcher` may be NULL.
 * Errors: REFUSAL_DISK_READ; REFUSAL_DISK_DAMAGED (the partition table); REFUSAL_ENTRY_NONE
 * (there are entries, found = how many, but none that is wanted); those of the chosen entry's
 * files, with the path as subject.
 */
enum refusal_code boot_choose(struct disk *disk, struct span wanted, choice_watcher *watcher,
        void *context, bool *ret_found, struct boot_choice *choice, struct refusal *ret_why);

/* The bytes [off, off + len) of file[n] to `to`. Errors: REFUSAL_DISK_READ, _DISK_DAMAGED. */
enum refusal_code boot_choice_read(struct boot_choice *choice, uint32_t n, uint64_t off,
        void *to, uint64_t len, struct refusal *ret_why);

#endif
