/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random seed file of the volume that kshim.efi came from.
 */
#ifndef KSHIM_EFI_SEED_H
#define KSHIM_EFI_SEED_H

#include "stub/base/bytes.h"

#define SEED_LEAST 32 /* bytes of the file */
#define SEED_MOST  4096

/*
 * Renew \loader\random-seed, and hand the kernel a seed that was made of the old one. Nothing
 * is done if there is no such file, if it cannot be written, or if a loader before us did it.
 */
void seed_hand(void);

/* Take back what the kernel would have got. */
void seed_take(void);

#endif
