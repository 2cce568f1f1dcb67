/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UEFI's load options: which kernel and initrds they name, and the rest as the kernel's words.
 *
 * The EFI stub's convention (Linux Documentation/admin-guide/efi-stub.rst), as a UEFI shell,
 * efibootmgr and QEMU's -append give it: [OURSELVES] [\KERNEL] [@PROFILE] [initrd=\FILE]...
 * WORDS. Double quotes protect blanks; they stay in WORDS, and are no part of a path.
 */
#ifndef KSHIM_EFI_OPTIONS_H
#define KSHIM_EFI_OPTIONS_H

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

#define EFI_OPTIONS_ROOM    8192
#define EFI_OPTIONS_INITRDS 32

struct efi_options {
	char text[EFI_OPTIONS_ROOM];  /* all of it as UTF-8; what follows points here */
	char words[EFI_OPTIONS_ROOM]; /* for the kernel */
	const char *kernel;           /* NULL: none named */
	bool has_profile;             /* @N, systemd-stub's way to choose a profile */
	uint32_t profile;
	uint32_t initrds;
	const char *initrd[EFI_OPTIONS_INITRDS];
	bool firmware_initrd; /* ends with initrd=initrd: what the firmware offers is meant */
	bool was_load_option; /* they came as a whole EFI_LOAD_OPTION */
	/*
	 * REFUSAL_EFI_OPTIONS: the bytes are no text throughout (where = the offset, found =
	 * the unit of 16 bits there) and count as no options at all. Else REFUSAL_NONE.
	 */
	struct refusal ignored;
};

/*
 * Read them from `raw`, UTF-16 up to a NUL or its end; `self` is our file's path, or "".
 * Errors: REFUSAL_CMDLINE_BUFFER, _PLAN_TOO_MANY.
 */
enum refusal_code efi_options_read(
        struct span raw, const char *self, struct efi_options *ret, struct refusal *ret_why);

/*
 * The volume that a path begins with, as the UEFI shell names it ("fs0" of "fs0:\vmlinux");
 * empty if there is none. *ret_rest is the path behind the colon.
 */
struct span efi_path_volume(const char *path, const char **ret_rest);

#endif
