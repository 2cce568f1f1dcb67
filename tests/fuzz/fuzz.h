/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every fuzzer here is: LLVMFuzzerTestOneInput(), which libFuzzer or replay.c calls, and
 * REQUIRE() for the properties of what was accepted.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(property)                                                                      \
	do {                                                                                   \
		if (!(property)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #property); \
			abort();                                                               \
		}                                                                              \
	} while (0)

#endif
