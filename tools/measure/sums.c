/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four hashes of Nettle, as one table. Nettle 4 has sums without a length.
 */
#include "tools/measure/sums.h"

#include <nettle/nettle-meta.h>
#include <nettle/version.h>
#include <string.h>

static const struct {
	const struct nettle_hash *hash;
	uint32_t algorithm; /* TPM_ALG_ID */
} known[BANKS] = {
        [BANK_SHA1] = {&nettle_sha1, 0x04},
        [BANK_SHA256] = {&nettle_sha256, 0x0b},
        [BANK_SHA384] = {&nettle_sha384, 0x0c},
        [BANK_SHA512] = {&nettle_sha512, 0x0d},
};

bool
bank_parse(const char *name, enum bank *ret_bank)
{
	for (enum bank b = 0; b < BANKS; b++) {
		if (strcmp(name, bank_name(b)) == 0) {
			*ret_bank = b;
			return true;
		}
	}
	return false;
}

bool
bank_of_algorithm(uint32_t id, enum bank *ret_bank)
{
	for (enum bank b = 0; b < BANKS; b++) {
		if (known[b].algorithm == id) {
			*ret_bank = b;
			return true;
		}
	}
	return false;
}

const char *
bank_name(enum bank bank)
{
	return known[bank].hash->name;
}

unsigned
bank_size(enum bank bank)
{
	return known[bank].hash->digest_size;
}

void
sums_start(struct summing *s, bank_set wanted)
{
	s->wanted = wanted;
	for (enum bank b = 0; b < BANKS; b++) {
		if (wanted >> b & 1)
			known[b].hash->init(&s->state[b]);
	}
}

void
sums_add(struct summing *s, struct span bytes)
{
	for (enum bank b = 0; b < BANKS; b++) {
		if (s->wanted >> b & 1 && bytes.size)
			known[b].hash->update(&s->state[b], (size_t)bytes.size, bytes.base);
	}
}

static void
end(enum bank b, void *state, uint8_t *ret_sum)
{
#if NETTLE_VERSION_MAJOR >= 4
	known[b].hash->digest(state, ret_sum);
#else
	known[b].hash->digest(state, bank_size(b), ret_sum);
#endif
}

void
sums_end(struct summing *s, struct sums *ret_sums)
{
	memset(ret_sums, 0, sizeof(*ret_sums));
	for (enum bank b = 0; b < BANKS; b++) {
		if (s->wanted >> b & 1)
			end(b, &s->state[b], ret_sums->sum[b]);
	}
}

void
sums_extend(struct sums *pcr, const struct sums *event, bank_set wanted)
{
	for (enum bank b = 0; b < BANKS; b++) {
		struct summing s;
		struct sums next;

		if (!(wanted >> b & 1))
			continue;
		sums_start(&s, 1u << b);
		sums_add(&s, (struct span){pcr->sum[b], bank_size(b)});
		sums_add(&s, (struct span){event->sum[b], bank_size(b)});
		sums_end(&s, &next);
		memcpy(pcr->sum[b], next.sum[b], SUM_MAX);
	}
}
