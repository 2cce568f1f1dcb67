/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files beside a unified kernel image are its own: the folder's name, and the names in
 * it; and the archives of the initrd that are made of them.
 *
 * UAPI Group Specifications, "Unified Kernel Image"; systemd-stub(7), "Companion Files". A name
 * that is not plain ASCII, begins with a dot or is longer than Linux allows is none of them.
 */
#ifndef KSHIM_EFI_EXTRA_H
#define KSHIM_EFI_EXTRA_H

#include "efi_measures.h"
#include "newc_write.h"

#define EFI_EXTRA_NAME     256 /* bytes of a file's name, with its NUL */
#define EFI_EXTRA_NAMES    128 /* files of one kind in a folder */
#define EFI_EXTRA_FILES    6   /* kinds of files */
#define EFI_EXTRA_SECTIONS 4   /* sections that become files */
#define EFI_ADDON_SUFFIX   ".addon.efi"
#define EFI_ADDON_FOLDERS  2

_Static_assert(
        EFI_EXTRA_FILES + EFI_EXTRA_SECTIONS + 1 == EFI_EXTRA_ARCHIVES, "each is one archive");

/* A folder of the initrd. */
struct efi_extra_target {
	const char *path;
	uint32_t folder_mode, file_mode;
};

/* One kind of file, and where it lies; all of a folder's become one archive. */
struct efi_extra_files {
	const char *folder; /* on the image's volume; NULL: the image's own, below */
	const char *suffix, *but;
	struct efi_extra_target target;
	enum extra_kind kind;
	const char *event; /* the text by which the archive is measured */
	uint32_t pcr;
};

/* A section that becomes a file; it is measured as a section, and .pcrsig never. */
struct efi_extra_section {
	const char *section, *name;
};

/* Names of files of one kind in a folder. */
struct efi_extra_names {
	uint32_t count;
	char name[EFI_EXTRA_NAMES][EFI_EXTRA_NAME];
};

/* Kind number i, in the order in which the archives are measured and unpacked; then sections.
 */
const struct efi_extra_files *efi_extra_files(unsigned i);
const struct efi_extra_section *efi_extra_section(unsigned i);
extern const struct efi_extra_target efi_extra_section_target;
/* Where the boot secret (efi_secret.h) goes, for root alone; it is not measured. */
#define EFI_SECRET_NAME "boot-secret"
extern const struct efi_extra_target efi_extra_secret_target;

/* Folder number i of addons, in the order in which they are read; NULL: the image's own. */
const char *efi_addon_folder(unsigned i);

/* Write the archive of these files, file[i] being that of names->name[i]. */
void efi_extra_write(struct newc *a, const struct efi_extra_target *target,
        const struct efi_extra_names *names, const struct span *file);

/*
 * The folder of the image at path `self`: \A\NAME.efi.extra.d, with the counter of boot
 * counting (+LEFT[-DONE]) taken out of the name. False if there is no path or no room.
 */
bool efi_extra_folder(const char *self, char *buf, size_t size);

/*
 * Copy the directory's name `wide`, UTF-16 of at most `units` with its NUL, if it is one of
 * those that end with `suffix` and not with `but` (NULL: no such), in either case of letters.
 */
bool efi_extra_name(const uint16_t *wide, size_t units, const char *suffix, const char *but,
        char ret_name[EFI_EXTRA_NAME]);

/* Sort by the bytes of the names, so that nothing depends on the directory's order. */
void efi_extra_sort(char (*names)[EFI_EXTRA_NAME], uint32_t count);

#endif
