/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that a disk can boot: its file systems, and in the order of the menu the entries on them.
 *
 * The order of the sources is decided here, for the images and for `kshim check`: boot entries;
 * without any, GRUB's menu; without that, kernels by their names.
 */
#ifndef KSHIM_BOOT_LIST_H
#define KSHIM_BOOT_LIST_H

#include "boot_grub.h"

#define BOOT_VOLUMES 64
#define BOOT_PATH    512 /* bytes of a path, with the NUL */

struct boot_volume {
	struct partition part;
	struct file_system fs;
};

struct boot_list {
	uint32_t volumes;
	struct boot_volume volume[BOOT_VOLUMES];
	struct boot_entries entries;
	struct boot_grub grub; /* with texts of the entries */
};

/* An empty list. */
void boot_list_start(struct boot_list *list);

/*
 * Open a partition's file system, as volume[volumes - 1] from then on.
 * Errors: fs_open()'s; REFUSAL_PLAN_TOO_MANY.
 */
enum refusal_code boot_list_open(
        struct boot_list *list, const struct partition *part, struct refusal *ret_why);

/* Is told why what a volume has could not be read, or not all of it. */
typedef void boot_list_watcher(
        void *context, const struct boot_volume *volume, const struct refusal *why);

/* List the entries of all volumes. */
void boot_list_make(struct boot_list *list, boot_list_watcher *watcher, void *context);

/* The volume with that partition number; NULL if none was opened. */
struct boot_volume *boot_list_volume(struct boot_list *list, uint32_t number);

/*
 * Find file `n` of an entry: 0 is the kernel (of an image the image itself), then come its
 * initrds. Its path, with slashes and from the root on, goes to `path`, "" if it is too long.
 * Errors: REFUSAL_DISK_PATH, fs_find_file()'s; REFUSAL_DISK_NO_PARTITION.
 */
enum refusal_code boot_list_file(struct boot_list *list, const struct boot_entry *entry,
        uint32_t n, char path[BOOT_PATH], struct fs_node *ret_node, struct refusal *ret_why);

#endif
