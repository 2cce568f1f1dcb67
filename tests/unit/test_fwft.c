/* SPDX-License-Identifier: BSD-2-Clause */
/* FWFT: what a guest may set, and the bits of henvcfg. */
#include "stub/riscv/fwft.h"

#include "unit.h"

static void
reserved_and_hidden_features_are_told_apart(void **state)
{
	static const enum fwft_answer want[FWFT_FEATURES] = {
	        [FWFT_LANDING_PAD] = FWFT_NOT_SUPPORTED,
	        [FWFT_SHADOW_STACK] = FWFT_NOT_SUPPORTED,
	        [FWFT_DOUBLE_TRAP] = FWFT_NOT_SUPPORTED};
	static const uint64_t reserved[] = {
	        FWFT_FEATURES, 0x3fffffff, 0x40000000, 0x80000000, 0xc0000000, 0xffffffff};

	(void)state;
	for (unsigned i = 0; i < FWFT_FEATURES; i++) {
		assert_int_equal(fwft_check_get(i), want[i]);
		assert_int_equal(fwft_check_set(i, 0, 0, 0), want[i]);
		assert_int_equal(fwft_check_set(i, 1, 0, 0), want[i]);
	}
	for (unsigned i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		assert_int_equal(fwft_check_get(reserved[i]), FWFT_DENIED);
		assert_int_equal(fwft_check_set(reserved[i], 0, 0, ~0u), FWFT_DENIED);
	}
}

static void
values_flags_and_locks_are_checked(void **state)
{
	static const struct {
		enum fwft_feature feature;
		uint64_t value, flags;
		uint32_t locked;
		enum fwft_answer answer;
	} rows[] = {
	        {FWFT_MISALIGNED, 2, 0, 0, FWFT_INVALID_PARAM},
	        {FWFT_PTE_AD, 2, 0, 0, FWFT_INVALID_PARAM},
	        {FWFT_PTE_AD, 1ull << 32, 0, 0, FWFT_INVALID_PARAM},
	        {FWFT_PMLEN, 16, 0, 0, FWFT_SUCCESS},
	        {FWFT_PMLEN, 17, 0, 0, FWFT_INVALID_PARAM},
	        {FWFT_PTE_AD, 1, FWFT_LOCK, 0, FWFT_SUCCESS},
	        {FWFT_PTE_AD, 1, 2, 0, FWFT_INVALID_PARAM},
	        {FWFT_PTE_AD, 1, 1ull << 63, 0, FWFT_INVALID_PARAM},
	        {FWFT_PTE_AD, 1, 0, 1u << FWFT_PTE_AD, FWFT_DENIED_LOCKED},
	        {FWFT_PTE_AD, 1, 0, ~(1u << FWFT_PTE_AD), FWFT_SUCCESS},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(fwft_check_set(rows[i].feature, rows[i].value, rows[i].flags,
		                         rows[i].locked),
		        rows[i].answer);
}

/* Svadu: ADUE is bit 61. Ssnpm: PMM is bits 33:32, 2 for PMLEN 7, 3 for 16. */
static void
features_are_bits_of_henvcfg(void **state)
{
	static const struct {
		enum fwft_feature feature;
		uint64_t value, bits, read;
	} rows[] = {
	        {FWFT_PTE_AD, 1, 1ull << 61, 1},
	        {FWFT_PTE_AD, 0, 0, 0},
	        {FWFT_PMLEN, 0, 0, 0},
	        {FWFT_PMLEN, 1, 2ull << 32, 7},
	        {FWFT_PMLEN, 7, 2ull << 32, 7},
	        {FWFT_PMLEN, 8, 3ull << 32, 16},
	        {FWFT_PMLEN, 16, 3ull << 32, 16},
	};
	static const uint64_t others = ~(1ull << 61 | 3ull << 32);

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t none = fwft_henvcfg(0, rows[i].feature, rows[i].value);
		uint64_t all = fwft_henvcfg(~0ull, rows[i].feature, rows[i].value);

		assert_int_equal(none, rows[i].bits);
		assert_int_equal(all & others, others);
		assert_int_equal(fwft_value(none, rows[i].feature), rows[i].read);
		assert_int_equal(fwft_value(all, rows[i].feature), rows[i].read);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(reserved_and_hidden_features_are_told_apart),
	        cmocka_unit_test(values_flags_and_locks_are_checked),
	        cmocka_unit_test(features_are_bits_of_henvcfg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
