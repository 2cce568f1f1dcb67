/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes a seed from RDSEED, else from RDRAND (Intel SDM vol. 1, 7.3.17, which also says how
 * often to try: both may have nothing ready). Without either there is no seed: what kshim
 * could invent, the kernel can as well.
 */
#include "x86/cpu/rng.h"
#include "stub/base/bytes.h"
#include "x86/cpu/cpu.h"

#define CPUID_1_C_RDRAND (1u << 30)
#define CPUID_7_B_RDSEED (1u << 18)
#define SEED_TRIES       1000
#define RAND_TRIES       10

static bool
seed_word(uint64_t *ret_v)
{
	for (unsigned i = 0; i < SEED_TRIES; i++) {
		bool ok;

		__asm__ volatile("rdseed %0" : "=r"(*ret_v), "=@ccc"(ok));
		if (ok)
			return true;
		__asm__ volatile("pause");
	}
	return false;
}

static bool
rand_word(uint64_t *ret_v)
{
	for (unsigned i = 0; i < RAND_TRIES; i++) {
		bool ok;

		__asm__ volatile("rdrand %0" : "=r"(*ret_v), "=@ccc"(ok));
		if (ok)
			return true;
	}
	return false;
}

bool
rng_seed(uint8_t *seed, size_t len)
{
	bool has_seed = cpuid(7).b & CPUID_7_B_RDSEED;
	bool has_rand = cpuid_basic(1).c & CPUID_1_C_RDRAND;

	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t v;

		if (!(has_seed && seed_word(&v)) && !(has_rand && rand_word(&v)))
			return false;
		memcpy(seed + i, &v, sizeof(v));
	}
	return true;
}
