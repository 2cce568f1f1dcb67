/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a UEFI firmware's memory, with the system table at its start: pointers are the
 * input's own, offset to where the memory lies. Nothing out of reach is read (the sanitizer
 * sees to that), and what is kept is a sorted list.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/efi_tables.h"

#define MOST 16

static const uint8_t *memory;
static size_t memory_len;

static bool
reach(uint64_t addr, uint64_t len)
{
	return addr >= (uintptr_t)memory &&
	       bounds_ok(memory_len, addr - (uintptr_t)memory, len);
}

/* Words that look like offsets become pointers to there. */
static void
relocate(uint8_t *bytes, size_t size)
{
	for (size_t at = 0; at + 8 <= size; at += 8) {
		uint64_t v;

		memcpy(&v, bytes + at, 8);
		if (v && v < size) {
			v += (uintptr_t)bytes;
			memcpy(bytes + at, &v, 8);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct named_range range[MOST];
	struct keep k = {.range = range, .max = MOST};
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	relocate(copy, size);
	memory = copy;
	memory_len = size;
	efi_tables_keep((uintptr_t)copy, reach, &k);
	REQUIRE(k.count < k.max);
	for (uint32_t i = 1; i < k.count; i++)
		REQUIRE(range_end(range[i - 1].range) < range[i].range.addr);
	free(copy);
	return 0;
}
