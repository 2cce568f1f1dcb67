/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What systemd's stub adds to the initrd of the image that it is part of: so do we to ours.
 */
#ifndef KSHIM_EFI_EXTRAS_H
#define KSHIM_EFI_EXTRAS_H

#include "efi/boot.h"
#include "stub/input/efi_extra.h"

/*
 * Find it, if a section of ours is booted; else there is nothing. A file that cannot be read is
 * said and left out. Errors: REFUSAL_EFI_MEMORY, REFUSAL_PLAN_TOO_MANY.
 */
enum refusal_code extras_find(struct boot *b, struct refusal *ret_why);

/*
 * List the files whose names end with `suffix` and not with `but` (NULL: no such), sorted.
 * Errors: REFUSAL_PLAN_TOO_MANY.
 */
enum refusal_code extras_list(EFI_FILE_HANDLE root, const char *folder, const char *suffix,
        const char *but, struct efi_extra_names *ret_names, struct refusal *ret_why);

/* The kernel's line with what addons and SMBIOS add. Errors: REFUSAL_CMDLINE_BUFFER. */
enum refusal_code extras_join_line(struct boot *b, struct refusal *ret_why);

#endif
