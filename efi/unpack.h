/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is packed into one file, a bundle or a unified kernel image, becomes the parts of a
 * boot.
 */
#ifndef KSHIM_EFI_UNPACK_H
#define KSHIM_EFI_UNPACK_H

#include "efi/boot.h"

/* Take kernel, words and initrd out of b->kernel; a file of another kind stays as it is. */
enum refusal_code unpack_kernel(struct boot *b, struct refusal *ret_why);

/* The same from the sections of our own image; *ret_found: there is a .linux. */
enum refusal_code unpack_self(struct boot *b, bool *ret_found, struct refusal *ret_why);

/* The sections of our own image that the profile has; false if it has none. */
bool unpack_own(const struct boot *b, struct pe *ret_pe);

/* The content of a section of ours that the profile has; false if it has none of that name. */
bool unpack_own_section(const struct boot *b, const char *name, struct span *ret_content);

#endif
