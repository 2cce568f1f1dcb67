/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of GRUB's menu as boot entries of a disk: grub.cfg and grubenv where
 * distributions put them, /boot/grub, /boot/grub2, or /grub, /grub2 of a /boot of its own.
 */
#ifndef KSHIM_BOOT_GRUB_H
#define KSHIM_BOOT_GRUB_H

#include "boot_entries.h"
#include "stub/input/grub_cfg.h"

#define BOOT_GRUB_SCRIPT (256u << 10) /* bytes of a grub.cfg that is read */
#define BOOT_GRUB_ENV    4096u        /* of a grubenv, which has 1024 */

/* Room for the script; the entries' texts stay in it. */
struct boot_grub {
	struct grub_cfg cfg;
	uint8_t script[BOOT_GRUB_SCRIPT];
	uint8_t env[BOOT_GRUB_ENV];
};

/* A file system as GRUB's script names it. */
enum boot_device_kind { BOOT_BY_UUID, BOOT_BY_LABEL, BOOT_BY_FILE, BOOT_BY_NUMBER };

struct boot_device {
	enum boot_device_kind kind;
	struct span text; /* UUID, label, path of a file that it has */
	uint32_t number;  /* of the partition */
};

/* Is it the one that is meant? */
bool boot_device_is(
        const struct boot_device *what, struct file_system *fs, const struct partition *part);

/* Which file systems there are: the partition's number; false if none is meant. */
struct boot_devices {
	bool (*find)(void *context, const struct boot_device *what, uint32_t *ret_partition);
	void *context;
};

/*
 * Append the entries of the grub.cfg on a file system, the default first, then in the order of
 * the menu; none if there is no grub.cfg. One that depends on what is not known, or lies on a
 * file system that is not there, is appended with `why`. Errors: REFUSAL_GRUB_CFG;
 * REFUSAL_DISK_READ, _DISK_DAMAGED, _EXT_UNSUPPORTED.
 */
enum refusal_code boot_entries_grub(struct boot_entries *list, struct boot_grub *room,
        struct file_system *fs, const struct partition *part,
        const struct boot_devices *devices, struct refusal *ret_why);

#endif
