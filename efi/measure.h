/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of a boot is measured, in which order, and into which PCR.
 */
#ifndef KSHIM_EFI_MEASURE_H
#define KSHIM_EFI_MEASURE_H

#include "efi/boot.h"

/*
 * Measure what we are about to boot, if there is a TPM. `firmware_starts`: kernel and initrd
 * are measured by the firmware and by Linux itself; what chose them and the line are left.
 * Errors: REFUSAL_EFI_FIRMWARE if a TPM is there and does not do it; REFUSAL_EFI_UTF8 for a
 * line that cannot be measured exactly.
 */
enum refusal_code measure_boot(
        const struct boot *b, bool firmware_starts, struct refusal *ret_why);

#endif
