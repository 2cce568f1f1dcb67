/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secure Boot: what may be planned and entered by us, and what the firmware must start.
 */
#ifndef KSHIM_EFI_SECURE_H
#define KSHIM_EFI_SECURE_H

#include "efi/boot.h"

/* Does `bytes` lie in our own image, and so under its signature? */
bool secure_is_own(struct span bytes);

/* Is the line our own .cmdline and nothing else? */
bool secure_line_is_own(const struct boot *b);

/* Is the kernel signed with us, or pinned? */
bool secure_kernel_allowed(const struct boot *b);

/* May kernel, initrd and line be booted? Errors: REFUSAL_EFI_UNSIGNED, naming which may not. */
enum refusal_code secure_check(const struct boot *b, struct refusal *ret_why);

/* Why LoadImage() refused an image: the words for its status, and whose keys were asked. */
const char *secure_why_not_loaded(EFI_STATUS status);

/*
 * start.c: let the firmware verify and start the file `whole` (a bzImage or a unified kernel
 * image), with our line and our initrds by LoadFile2. Comes back only with a refusal.
 */
enum refusal_code start_image(struct boot *b, struct span whole, struct refusal *ret_why);

#endif
