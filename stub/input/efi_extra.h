/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files beside a unified kernel image are its own: the folder's name, and the names in
 * it.
 *
 * UAPI Group Specifications, "Unified Kernel Image"; systemd-stub(7), "Companion Files". A name
 * that is not plain ASCII, begins with a dot or is longer than Linux allows is none of them.
 */
#ifndef KSHIM_EFI_EXTRA_H
#define KSHIM_EFI_EXTRA_H

#include "stub/base/bytes.h"

#define EFI_EXTRA_NAME 256 /* bytes of a file's name, with its NUL */

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
