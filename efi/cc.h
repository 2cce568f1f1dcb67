/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measurements of a confidential virtual machine, which may have no TPM.
 */
#ifndef KSHIM_EFI_CC_H
#define KSHIM_EFI_CC_H

#include "efi/tpm.h"

struct cc;

/* The protocol, if the firmware has it and can measure; else NULL. */
struct cc *cc_find(void);

/* Measure into the register that stands for the event's PCR. Errors: REFUSAL_EFI_FIRMWARE. */
enum refusal_code cc_measure(struct cc *cc, const struct measured *m, struct refusal *ret_why);

#endif
