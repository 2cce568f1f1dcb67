/* SPDX-License-Identifier: BSD-2-Clause */
/* Event logs of a TPM, read and damaged; sums by their published values; PCRs. */
#include "unit.h"

#include <string.h>

#include "tools/measure/log.h"

/* A log under construction. */
struct made {
	uint8_t bytes[512];
	size_t len;
};

static void
put(struct made *m, uint64_t v, unsigned bytes)
{
	memcpy(m->bytes + m->len, &v, bytes);
	m->len += bytes;
}

static void
put_bytes(struct made *m, const void *bytes, size_t len)
{
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
}

/* An event of the older form. */
static void
put_old(struct made *m, uint32_t pcr, uint32_t type, const void *data, size_t len)
{
	put(m, pcr, 4);
	put(m, type, 4);
	memset(m->bytes + m->len, 0x11, 20);
	m->len += 20;
	put(m, len, 4);
	put_bytes(m, data, len);
}

/* The head of a crypto-agile log of SHA-256 and of one that is none of ours (SM3). */
static struct made
agile(void)
{
	struct made head = {.len = 0}, m = {.len = 0};

	put_bytes(&head, "Spec ID Event03", 16);
	put(&head, 0, 8);
	put(&head, 2, 4);
	put(&head, 32 << 16 | 0x0b, 4);
	put(&head, 32 << 16 | 0x12, 4);
	put(&head, 0, 1);
	put_old(&m, 0, 3, head.bytes, head.len);
	put(&m, 12, 4);
	put(&m, EV_IPL, 4);
	put(&m, 2, 4);
	put(&m, 0x12, 2);
	memset(m.bytes + m.len, 0x22, 32);
	m.len += 32;
	put(&m, 0x0b, 2);
	memset(m.bytes + m.len, 0x33, 32);
	m.len += 32;
	put(&m, 2, 4);
	put_bytes(&m, "hi", 2);
	return m;
}

#define HEAD 69 /* bytes of agile()'s first event */

static enum refusal_code
read_all(const struct made *m, unsigned *ret_events, struct refusal *why)
{
	struct log log;
	struct log_event e;
	bool found = true;
	enum refusal_code code = log_open((struct span){m->bytes, m->len}, &log, why);

	*ret_events = 0;
	while (!code && !(code = log_next(&log, &found, &e, why)) && found)
		++*ret_events;
	return code;
}

static void
agile_log(void **state)
{
	struct made m = agile();
	struct log log;
	struct log_event e;
	struct refusal why;
	bool found;

	(void)state;
	assert_int_equal(log_open((struct span){m.bytes, m.len}, &log, &why), REFUSAL_NONE);
	assert_int_equal(log.banks, 1u << BANK_SHA256);
	assert_int_equal(log_next(&log, &found, &e, &why), REFUSAL_NONE);
	assert_true(found);
	assert_int_equal(e.number, 1);
	assert_int_equal(e.off, HEAD);
	assert_int_equal(e.pcr, 12);
	assert_int_equal(e.type, EV_IPL);
	assert_int_equal(e.sum[BANK_SHA256].size, 32);
	assert_int_equal(e.sum[BANK_SHA256].base[0], 0x33);
	assert_int_equal(e.sum[BANK_SHA1].size, 0);
	assert_true(span_equals(e.data, "hi"));
	assert_int_equal(log_next(&log, &found, &e, &why), REFUSAL_NONE);
	assert_false(found);
}

static void
old_log(void **state)
{
	struct made m = {.len = 0};
	struct log log;
	struct log_event e;
	struct refusal why;
	bool found;

	(void)state;
	put_old(&m, 4, EV_SEPARATOR, "\0\0\0", 4);
	assert_int_equal(log_open((struct span){m.bytes, m.len}, &log, &why), REFUSAL_NONE);
	assert_int_equal(log.banks, 1u << BANK_SHA1);
	assert_int_equal(log_next(&log, &found, &e, &why), REFUSAL_NONE);
	assert_true(found);
	assert_int_equal(e.number, 0);
	assert_int_equal(e.sum[BANK_SHA1].size, 20);
	assert_int_equal(e.data.size, 4);
	m.len--;
	assert_int_equal(
	        log_open((struct span){m.bytes, m.len}, &log, &why), REFUSAL_MEASURE_LOG);
	assert_int_equal(why.where, 32);
	assert_int_equal(why.found, 3);
	assert_int_equal(why.wanted, 4);
}

/* Cut anywhere but between events, it is refused where it ends. */
static void
cut(void **state)
{
	struct made whole = agile();
	struct refusal why;
	unsigned events;

	(void)state;
	assert_int_equal(read_all(&whole, &events, &why), REFUSAL_NONE);
	assert_int_equal(events, 1);
	for (size_t len = 0; len < whole.len; len++) {
		struct made m = whole;

		m.len = len;
		if (len == HEAD)
			continue;
		assert_int_equal(read_all(&m, &events, &why), REFUSAL_MEASURE_LOG);
	}
}

static void
assert_damaged(size_t at, uint64_t v, unsigned bytes, uint64_t where)
{
	struct made m = agile();
	struct refusal why;
	unsigned events;

	memcpy(m.bytes + at, &v, bytes);
	assert_int_equal(read_all(&m, &events, &why), REFUSAL_MEASURE_LOG);
	assert_int_equal(why.where, where);
}

static void
damaged(void **state)
{
	(void)state;
	assert_damaged(32 + 24, 0, 4, 32 + 24);           /* no algorithm */
	assert_damaged(32 + 24, 17, 4, 32 + 24);          /* too many */
	assert_damaged(32 + 24, 16, 4, 32 + 36);          /* more than there are */
	assert_damaged(32 + 30, 31, 2, 32 + 30);          /* SHA-256 of 31 bytes */
	assert_damaged(32 + 34, 0, 2, 32 + 34);           /* a sum of no length */
	assert_damaged(32 + 34, SUM_MAX + 1, 2, 32 + 34); /* and of too many */
	assert_damaged(HEAD, 32, 4, HEAD);                /* a PCR */
	assert_damaged(HEAD + 8, 3, 4, HEAD + 8);         /* more sums than algorithms */
	assert_damaged(HEAD + 12, 0x04, 2, HEAD + 12);    /* of an unknown one */
	assert_damaged(HEAD + 12 + 68, UINT32_MAX, 4, HEAD + 84); /* data behind the end */
}

/* FIPS 180-4's example "abc"; the separator's sum and PCR as every log has them. */
static void
sums(void **state)
{
	static const uint8_t abc[BANKS][4] = {[BANK_SHA1] = {0xa9, 0x99, 0x3e, 0x36},
	        [BANK_SHA256] = {0xba, 0x78, 0x16, 0xbf},
	        [BANK_SHA384] = {0xcb, 0x00, 0x75, 0x3f},
	        [BANK_SHA512] = {0xdd, 0xaf, 0x35, 0xa1}};
	struct sums found, pcr = {0}, zeros = {0};
	struct summing s;
	enum bank b;

	(void)state;
	sums_start(&s, (1u << BANKS) - 1);
	sums_add(&s, (struct span){(const uint8_t *)"abc", 3});
	sums_end(&s, &found);
	for (b = 0; b < BANKS; b++)
		assert_memory_equal(found.sum[b], abc[b], 4);
	sums_extend(&pcr, &zeros, 1u << BANK_SHA256); /* SHA-256 of 64 zero bytes */
	assert_int_equal(pcr.sum[BANK_SHA256][0], 0xf5);
	assert_int_equal(pcr.sum[BANK_SHA256][1], 0xa5);
	assert_int_equal(pcr.sum[BANK_SHA1][0], 0);
	assert_true(bank_parse("sha384", &b) && b == BANK_SHA384);
	assert_false(bank_parse("md5", &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(agile_log),
	        cmocka_unit_test(old_log),
	        cmocka_unit_test(cut),
	        cmocka_unit_test(damaged),
	        cmocka_unit_test(sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
