/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TPM by the firmware's protocol: one measurement, and the event log for the kernel.
 */
#ifndef KSHIM_EFI_TPM_H
#define KSHIM_EFI_TPM_H

#include "stub/input/efi_measures.h"

struct tcg2;

/* The protocol, if a TPM answers behind it; else NULL. */
struct tcg2 *tpm_find(void);

/* Its active banks (EFI_TCG2_BOOT_HASH_ALG_...); 0 if there is no TPM. */
uint32_t tpm_banks(void);

/* Measure one event. Errors: REFUSAL_EFI_FIRMWARE. */
enum refusal_code tpm_measure(
        struct tcg2 *tpm, const struct measured *m, struct refusal *ret_why);

/* The event as the log has it, of PCR `index` or what stands for one; until the next call. */
struct event;
struct event *tpm_event(const struct measured *m, uint32_t index);

/* Hand the event log on as Linux's own EFI stub does, by a configuration table. */
void tpm_hand_log(void);

/* Take that table back. */
void tpm_take_log(void);

#endif
