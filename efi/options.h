/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The load options: which kernel and initrds they name, and the rest as the kernel's words.
 *
 * The EFI stub's convention (Linux Documentation/admin-guide/efi-stub.rst), as a UEFI shell,
 * efibootmgr and QEMU's -append give it: [OURSELVES] [\KERNEL] [@PROFILE] [initrd=\FILE]...
 * WORDS.
 */
#ifndef KSHIM_EFI_OPTIONS_H
#define KSHIM_EFI_OPTIONS_H

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

#define OPTIONS_ROOM    8192
#define OPTIONS_INITRDS 32

struct options {
	char text[OPTIONS_ROOM];  /* all of it as UTF-8; what follows points here */
	char words[OPTIONS_ROOM]; /* for the kernel */
	const char *kernel;       /* NULL: none named */
	bool has_profile;         /* @N, systemd-stub's way to choose a profile */
	uint32_t profile;
	uint32_t initrds;
	const char *initrd[OPTIONS_INITRDS];
	bool firmware_initrd; /* ends with initrd=initrd: what the firmware offers is meant */
};

/*
 * Read them from `raw`, UTF-16 up to a NUL or its end; `self` is our file's path, or "".
 * Errors: REFUSAL_EFI_OPTIONS (a control character), _CMDLINE_BUFFER, _PLAN_TOO_MANY.
 */
enum refusal_code options_read(
        struct span raw, const char *self, struct options *ret, struct refusal *ret_why);

#endif
