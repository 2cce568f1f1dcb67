/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The secret of machine, disk and system that userspace finds in /.extra/boot-secret.
 */
#ifndef KSHIM_EFI_SECRET_BODY_H
#define KSHIM_EFI_SECRET_BODY_H

#include "efi/file.h"
#include "stub/input/efi_secret.h"

/*
 * Make it for the system with that os-release text, whose image lies on `volume`; what is not
 * there yet, the variable LoaderBootSecret and the file \loader\boot-secret-mixin, is made from
 * random bytes. False if the parts cannot be had.
 */
bool secret_make(const struct volume *volume, struct span os_release,
        uint8_t ret_secret[EFI_SECRET_LEN]);

#endif
