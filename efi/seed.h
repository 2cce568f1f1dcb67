/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random seed file of the volume that kshim.efi came from.
 */
#ifndef KSHIM_EFI_SEED_H
#define KSHIM_EFI_SEED_H

#include "stub/base/sha256.h"

#define SEED_LEAST 32 /* bytes of the file */
#define SEED_MOST  4096

/*
 * Renew \loader\random-seed, and hand the kernel a seed that was made of the old one. Nothing
 * is done if the file cannot be written or made, or if a loader before us did it.
 */
void seed_hand(void);

/*
 * Random bytes, by the random generator and the seed that a loader before us has left for the
 * kernel, for the purpose that the label names; false if there are neither.
 */
bool seed_random(const char *label, uint8_t ret_bytes[SHA256_LEN]);

/* Take back what the kernel would have got. */
void seed_take(void);

#endif
