/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real entropy for SETUP_RNG_SEED, or none.
 */
#ifndef KSHIM_X86_RNG_H
#define KSHIM_X86_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fill seed[0..len), len a multiple of 8, from the CPU; false if it has no generator. */
bool rng_seed(uint8_t *seed, size_t len);

#endif
