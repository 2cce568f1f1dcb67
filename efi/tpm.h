/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measured boot: what of a boot goes into which PCR, and the event log for the kernel.
 */
#ifndef KSHIM_EFI_TPM_H
#define KSHIM_EFI_TPM_H

#include "efi/boot.h"

/*
 * Measure what we are about to boot, if there is a TPM. `firmware_starts`: kernel and initrd
 * are measured by the firmware and by Linux itself; what chose them and the line are left.
 * Errors: REFUSAL_EFI_FIRMWARE if a TPM is there and does not do it; REFUSAL_EFI_UTF8 for a
 * line that cannot be measured exactly.
 */
enum refusal_code tpm_measure(
        const struct boot *b, bool firmware_starts, struct refusal *ret_why);

/* Hand the event log on as Linux's own EFI stub does, by a configuration table. */
void tpm_hand_log(void);

/* Take that table back. */
void tpm_take_log(void);

#endif
