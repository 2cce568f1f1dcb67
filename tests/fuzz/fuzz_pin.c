/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a .kshpin section: a sum is pinned for a name if and only if a slow reader of
 * lines finds it there.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/pin.h"

#define DIGITS (2 * SHA256_LEN)

/* The sum that the line has, if the line is one for `name`. */
static bool
read_line(const char *line, const char *name, uint8_t *ret_sum)
{
	char digits[DIGITS + 1] = {0};

	if (strlen(line) != DIGITS + 2 + strlen(name) || strcmp(line + DIGITS + 2, name) != 0 ||
	        line[DIGITS] != ' ' || !strchr(" *", line[DIGITS + 1]))
		return false;
	memcpy(digits, line, DIGITS);
	if (strspn(digits, "0123456789abcdefABCDEF") != DIGITS)
		return false;
	for (unsigned i = 0; i < SHA256_LEN; i++) {
		char two[3] = {digits[2 * i], digits[2 * i + 1]};

		ret_sum[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return true;
}

static void
check(struct span pins, const char *text, const char *name)
{
	uint8_t sum[SHA256_LEN], other[SHA256_LEN];
	bool any = false;

	for (const char *line = text, *end; line; line = end ? end + 1 : NULL) {
		char *copy;

		end = strchr(line, '\n');
		copy = end ? strndup(line, (size_t)(end - line)) : strdup(line);
		if (read_line(copy, name, sum)) {
			any = true;
			REQUIRE(pin_has(pins, name, sum));
			memcpy(other, sum, sizeof(other));
		}
		free(copy);
	}
	REQUIRE(pin_names(pins, name) == any);
	if (any) {
		other[0] ^= 1;
		REQUIRE(pins.size > 2 * DIGITS || !pin_has(pins, name, other));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span pins = {data, size};
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = 0;
	if (strlen(text) == size) { /* the slow reader ends at a NUL */
		check(pins, text, "kernel");
		check(pins, text, "cmdline");
	} else {
		pin_names(pins, "kernel");
	}
	free(text);
	return 0;
}
