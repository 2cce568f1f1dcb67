/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addons: signed PE files that add to the line and the initrd of a unified kernel image.
 */
#ifndef KSHIM_EFI_ADDONS_H
#define KSHIM_EFI_ADDONS_H

#include "efi/boot.h"

/*
 * Read those of \loader\addons, then those in the image's own folder, into b->extras. One that
 * the firmware does not load, or that is not for this image, is said and left out.
 * Errors: REFUSAL_EFI_MEMORY, REFUSAL_PLAN_TOO_MANY, REFUSAL_CMDLINE_BUFFER.
 */
enum refusal_code addons_find(struct boot *b, struct refusal *ret_why);

/* What the machine's owner adds to the line by SMBIOS, into b->extras. */
void addons_smbios(struct boot *b);

#endif
