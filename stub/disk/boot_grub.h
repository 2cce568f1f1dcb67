/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of GRUB's menu as boot entries of a disk: grub.cfg and grubenv where
 * distributions put them, /boot/grub, /boot/grub2, or /grub, /grub2 of a /boot of its own; else
 * what the script on an EFI system partition, /EFI/VENDOR/grub.cfg, leads to.
 */
#ifndef KSHIM_BOOT_GRUB_H
#define KSHIM_BOOT_GRUB_H

#include "boot_entries.h"
#include "stub/input/grub_cfg.h"

#define BOOT_GRUB_SCRIPT  (256u << 10) /* bytes of a grub.cfg that is read */
#define BOOT_GRUB_PATH    256          /* of a path, with the NUL */
#define BOOT_GRUB_UNKNOWN "what it says is not known before GRUB runs it"

/* Room for the script and the files that it reads; the entries' texts stay in it. */
struct boot_grub {
	struct grub_cfg cfg;
	char path[BOOT_GRUB_PATH];       /* of grub.cfg */
	char prefix[BOOT_GRUB_PATH + 2]; /* its folder, as GRUB has it */
	uint32_t used;
	uint8_t script[BOOT_GRUB_SCRIPT];
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

/* "uuid:1234-ABCD", "hd0,gpt2" and so on; false if it is no device that is known. */
bool boot_device_read(struct span device, struct boot_device *ret_device);

/* Which file systems there are: the one that is meant and its partition's number, or NULL. */
struct boot_devices {
	struct file_system *(*find)(
	        void *context, const struct boot_device *what, uint32_t *ret_partition);
	void *context;
};

/* What a script is read with, from a file system. */
struct boot_grub_reader {
	struct boot_grub *room;
	struct file_system *fs;
	const struct boot_devices *devices;
};

/*
 * Read FOLDER/grub.cfg, with the environment block beside it, into the room; *ret_found is
 * false if there is none. boot_grub_find() looks into the usual folders. Errors: as below.
 */
enum refusal_code boot_grub_read(struct boot_grub_reader *r, const char *folder,
        bool *ret_found, struct refusal *ret_why);
enum refusal_code boot_grub_find(
        struct boot_grub_reader *r, bool *ret_found, struct refusal *ret_why);

/* The entry does not boot, because of a line of the script. */
void boot_grub_refuse(struct boot_entry *e, uint32_t line, const char *what);

/*
 * Append the entries of the grub.cfg on a file system, the default first, then in the order of
 * the menu; none if there is no grub.cfg. One that depends on what is not known, or lies on a
 * file system that is not there, is appended with `why`. Errors: REFUSAL_GRUB_CFG;
 * REFUSAL_DISK_READ, _DISK_DAMAGED, _EXT_UNSUPPORTED.
 */
enum refusal_code boot_entries_grub(struct boot_entries *list, struct boot_grub_reader *r,
        const struct partition *part, struct refusal *ret_why);

/* The same of the first /EFI/VENDOR/grub.cfg that there is. */
enum refusal_code boot_entries_grub_esp(struct boot_entries *list, struct boot_grub_reader *r,
        const struct partition *part, struct refusal *ret_why);

/*
 * Where the file system's GRUB has boot entries in its menu (blscfg): put the values of its
 * variables into those of this partition, and take its default. Errors: as above; the entries
 * are then as they were.
 */
enum refusal_code boot_entries_bls_grub(struct boot_entries *list, struct boot_grub_reader *r,
        const struct partition *part, struct refusal *ret_why);

#endif
