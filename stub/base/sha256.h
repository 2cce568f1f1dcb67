/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4), in pieces. By hand: the bodies have no library to link, and this is all
 * of one that they need.
 */
#ifndef KSHIM_SHA256_H
#define KSHIM_SHA256_H

#include "bytes.h"

#define SHA256_LEN 32

struct sha256 {
	uint32_t h[8];
	uint64_t len; /* bytes so far */
	uint8_t block[64];
};

void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, struct span bytes);
/* The sum of all that was added; `s` is used up. */
void sha256_end(struct sha256 *s, uint8_t ret_sum[SHA256_LEN]);

/* The sum of these bytes alone. */
void sha256_of(struct span bytes, uint8_t ret_sum[SHA256_LEN]);

#endif
