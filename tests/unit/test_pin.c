/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 against FIPS 180-4's examples, in pieces of every size; the pins' text. */
#include "unit.h"

#include <string.h>

#include "stub/input/pin.h"

static uint8_t sum[SHA256_LEN];

static struct span
s(const char *text)
{
	return (struct span){(const uint8_t *)text, strlen(text)};
}

static void
assert_sum(const char *hex)
{
	char line[80];

	assert_int_equal(strlen(hex), 64);
	strcpy(line, hex);
	strcat(line, "  kernel");
	assert_true(pin_has(s(line), "kernel", sum));
}

static void
hash(struct span bytes, uint64_t step)
{
	struct sha256 h;

	sha256_start(&h);
	for (uint64_t at = 0; at < bytes.size; at += step) {
		uint64_t len = bytes.size - at < step ? bytes.size - at : step;

		sha256_add(&h, (struct span){bytes.base + at, len});
	}
	sha256_end(&h, sum);
}

static void
examples(void **state)
{
	(void)state;
	hash(s(""), 1);
	assert_sum("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash(s("abc"), 1);
	assert_sum("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash(s("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), 7);
	assert_sum("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void
a_million(void **state)
{
	static uint8_t a[1000000];
	static const uint64_t steps[] = {1, 3, 63, 64, 65, 4096, sizeof(a)};

	(void)state;
	memset(a, 'a', sizeof(a));
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		hash((struct span){a, sizeof(a)}, steps[i]);
		assert_sum("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	}
}

#define ABC "BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void
lines(void **state)
{
	(void)state;
	hash(s("abc"), 3);
	assert_true(pin_has(s("# pins\n" ABC "  initrd\n" ABC " *kernel\n"), "kernel", sum));
	assert_true(pin_has(s(ABC "  initrd\n" ABC " *kernel"), "initrd", sum));
	assert_false(pin_has(s(ABC "  initrd\n"), "kernel", sum));
	assert_false(pin_has(s(ABC "  kernel2\n"), "kernel", sum));
	assert_false(pin_has(s(ABC "  kerne\n"), "kernel", sum));
	assert_false(pin_has(s(ABC " kernel\n"), "kernel", sum));
	assert_false(pin_has(s("x" ABC "  kernel\n"), "kernel", sum));
	assert_false(pin_has(s(""), "kernel", sum));
	assert_true(pin_names(s(ABC "  kernel\n"), "kernel"));
	assert_false(pin_names(s(ABC "  kernel\n"), "initrd"));
	sum[31] ^= 1;
	assert_false(pin_has(s(ABC "  kernel\n"), "kernel", sum));
	sum[31] ^= 1;
	sum[0] ^= 0x80;
	assert_false(pin_has(s(ABC "  kernel\n"), "kernel", sum));
}

/* Joined initrds: zeros between them, nothing behind the last. */
static void
initrds(void **state)
{
	static const uint8_t joined[] = {'a', 0, 0, 0, 0, 0, 0, 0, 'b'};
	uint8_t whole[SHA256_LEN];
	struct sha256 h;

	(void)state;
	sha256_of((struct span){joined, sizeof(joined)}, whole);
	sha256_start(&h);
	pin_add_initrd(&h, s("a"), false);
	pin_add_initrd(&h, s("b"), true);
	sha256_end(&h, sum);
	assert_memory_equal(sum, whole, SHA256_LEN);
}

/* The parts of one boot: by their own sums, so that their boundaries count. */
static void
together(void **state)
{
	uint8_t other[SHA256_LEN], parts[2 * SHA256_LEN];
	struct sha256 h;

	(void)state;
	sha256_of(s("ab"), parts);
	sha256_of(s(""), parts + SHA256_LEN);
	sha256_of((struct span){parts, sizeof(parts)}, other);
	sha256_start(&h);
	pin_add_part(&h, s("ab"));
	pin_add_part(&h, s(""));
	sha256_end(&h, sum);
	assert_memory_equal(other, sum, SHA256_LEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(examples),
	        cmocka_unit_test(a_million),
	        cmocka_unit_test(lines),
	        cmocka_unit_test(initrds),
	        cmocka_unit_test(together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
