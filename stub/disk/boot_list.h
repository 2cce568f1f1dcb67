/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that a disk can boot: its file systems, and in the order of the menu the entries on them.
 *
 * The order of the sources is decided here, for the images and for `kshim check`: boot entries;
 * without any, GRUB's menu, and the one to which an EFI system partition leads; without that,
 * kernels by their names.
 */
#ifndef KSHIM_BOOT_LIST_H
#define KSHIM_BOOT_LIST_H

#include "boot_grub.h"
#include "stub/base/text.h"

#define BOOT_VOLUMES 64
#define BOOT_PATH    512               /* bytes of a path, with the NUL */
#define BOOT_FILES   (1 + BLS_INITRDS) /* a kernel and its initrds */
#define BOOT_LINE    8192              /* bytes of an entry's options, with the NUL */

struct boot_volume {
	struct partition part;
	struct file_system fs;
};

struct boot_list {
	uint32_t volumes;
	struct boot_volume volume[BOOT_VOLUMES];
	struct boot_entries entries;
	struct boot_grub grub; /* with texts of the entries */
	const char *note;      /* what a person should know of the choice; or NULL */
};

/* What an entry boots. */
struct boot_load {
	uint32_t files; /* [0] is the kernel */
	struct boot_file {
		struct fs_node node;
		char path[BOOT_PATH];
	} file[BOOT_FILES];
	char line[BOOT_LINE]; /* the entry's options */
};

/* A name that a disk has, for a person: control bytes are `?`. */
void boot_text(struct text *t, struct span name);

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

/*
 * Append the entries of GRUB's menu on a volume, for lists that have others: `list` has none of
 * GRUB's then. Errors: boot_entries_grub()'s.
 */
enum refusal_code boot_list_grub(struct boot_list *list, struct boot_volume *volume,
        struct boot_entries *entries, struct refusal *ret_why);

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

/*
 * The entry that boots, as boot_entries_choose() says, and in *load what it boots. One whose
 * files are not all there is passed over, and its `why` then says which one. A damaged entry is
 * the answer only if it was wanted; NULL if there is none.
 */
struct boot_entry *boot_list_choose(
        struct boot_list *list, struct span wanted, struct boot_load *load);

/* Is the number of the entry's boots bounded, and are some left? */
bool boot_entry_counts(const struct boot_entry *entry);

/*
 * Count such an entry's boot, on FAT. In ret_tail is how its name ends from then on; NULL if it
 * was done, else why not, in words.
 */
const char *boot_list_count(
        struct boot_list *list, const struct boot_entry *entry, char ret_tail[BLS_TAIL]);

/*
 * Where removable media have their boot program, which may be a unified kernel image: the first
 * volume with \EFI\BOOT\BOOTX64.EFI; NULL if there is none.
 */
#define BOOT_FALLBACK "/EFI/BOOT/BOOTX64.EFI"
struct boot_volume *boot_list_fallback(struct boot_list *list, struct fs_node *ret_node);

#endif
