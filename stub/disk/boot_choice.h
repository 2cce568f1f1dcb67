/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a disk boots: the entry that is chosen of its list (boot_list.h), and the files that it
 * names; where the list is empty, \EFI\BOOT\BOOTX64.EFI, which may be a unified kernel image.
 */
#ifndef KSHIM_BOOT_CHOICE_H
#define KSHIM_BOOT_CHOICE_H

#include "boot_list.h"

struct boot_choice {
	const struct boot_entry *entry; /* of `list`; NULL: BOOTX64.EFI */
	struct boot_volume *volume;     /* with the files */
	struct boot_load load;
	struct boot_list list;
};

/*
 * Is told of an entry, by its number from 1 on, or (0) of a partition, and with `why` that it
 * is damaged; or of something to know. `watcher` may be NULL.
 */
typedef void choice_watcher(
        void *context, uint32_t number, const char *what, const struct refusal *why);

/*
 * Choose what the disk boots. `wanted` is as for boot_entries_choose(): empty, the default of
 * loader.conf counts, else the first of the order. *ret_found is false, with REFUSAL_NONE, if
 * there is nothing to boot. A partition that cannot be read is told and passed over.
 * Errors: REFUSAL_DISK_BUDGET: the disk would make it last too long; REFUSAL_DISK_READ;
 * REFUSAL_DISK_DAMAGED (the partition table); REFUSAL_ENTRY_NONE
 * (there are entries, found = how many, but none that is wanted); why the entry that is wanted
 * does not boot, or the first one if none does, with the path of a missing file as subject.
 */
enum refusal_code boot_choose(struct disk *disk, struct span wanted, choice_watcher *watcher,
        void *context, bool *ret_found, struct boot_choice *choice, struct refusal *ret_why);

/*
 * The chosen entry is booted now: count that, if its boots are counted, and tell what became of
 * it. It boots in any case.
 */
void boot_choice_count(struct boot_choice *choice, choice_watcher *watcher, void *context);

/* Tell of all entries, after the choice, with `why` of those that were found not to boot. */
void boot_choice_tell(const struct boot_choice *choice, choice_watcher *watcher, void *context);

/* The bytes [off, off + len) of file[n] to `to`. Errors: REFUSAL_DISK_READ, _DISK_DAMAGED. */
enum refusal_code boot_choice_read(struct boot_choice *choice, uint32_t n, uint64_t off,
        void *to, uint64_t len, struct refusal *ret_why);

#endif
