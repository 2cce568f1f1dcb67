/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot secret that userspace finds in /.extra/boot-secret: a sum of a secret of the
 * machine, which the operating system cannot read, and of what tells disks and systems apart.
 *
 * systemd-stub(7) of systemd 262, "LoaderBootSecret" and "/.extra/boot-secret". Userspace
 * derives keys from it, so it is the same, bit by bit, that systemd's stub makes of the same
 * parts.
 */
#ifndef KSHIM_EFI_SECRET_H
#define KSHIM_EFI_SECRET_H

#include "stub/base/sha256.h"

#define EFI_SECRET_LEN SHA256_LEN

/*
 * The secret for the system whose os-release text this is: known by IMAGE_ID, else by ID, else
 * "linux".
 */
void efi_secret_derive(const uint8_t machine[EFI_SECRET_LEN],
        const uint8_t disk[EFI_SECRET_LEN], struct span os_release,
        uint8_t ret_secret[EFI_SECRET_LEN]);

#endif
