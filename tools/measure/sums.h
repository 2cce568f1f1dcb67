/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sums in the banks of a TPM 2.0 that were asked for, and a PCR's value by them (TCG PC Client
 * Platform Firmware Profile, 3.2; TCG Algorithm Registry).
 */
#ifndef KSHIM_SUMS_H
#define KSHIM_SUMS_H

#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "stub/base/bytes.h"

enum bank {
	BANK_SHA1,
	BANK_SHA256,
	BANK_SHA384,
	BANK_SHA512,
	BANKS,
};

#define SUM_MAX   64 /* bytes of the longest sum */
#define BANK_LIST "sha1, sha256, sha384 or sha512"

/* A set of banks: bit 1 << bank. */
typedef unsigned bank_set;

struct sums {
	uint8_t sum[BANKS][SUM_MAX];
};

struct summing {
	bank_set wanted;
	union {
		struct sha1_ctx sha1;
		struct sha256_ctx sha256;
		struct sha512_ctx sha512;
	} state[BANKS];
};

/* "sha256"; false if it is no bank's name. */
bool bank_parse(const char *name, enum bank *ret_bank);
/* The bank of TPM_ALG_ID `id`; false if it is none of ours. */
bool bank_of_algorithm(uint32_t id, enum bank *ret_bank);
const char *bank_name(enum bank bank);
unsigned bank_size(enum bank bank);

void sums_start(struct summing *s, bank_set wanted);
void sums_add(struct summing *s, struct span bytes);
void sums_end(struct summing *s, struct sums *ret_sums);

/* What a PCR holds after an event of these sums. */
void sums_extend(struct sums *pcr, const struct sums *event, bank_set wanted);

#endif
