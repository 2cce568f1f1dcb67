/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for the magic number at every place where the specification allows a header, and
 * believes it if the header's first words sum up to 0.
 */
#include "tools/check/multiboot.h"

static const struct {
	uint32_t magic;
	uint64_t area; /* bytes of the file that the header lies in */
	uint64_t step; /* bytes that it is aligned to */
	unsigned words;
} specs[] = {
        [MULTIBOOT_1] = {0x1badb002u, 8192, 4, 3},
        [MULTIBOOT_2] = {0xe85250d6u, 32768, 8, 4},
};

bool
multiboot_find(struct span file, enum multiboot_spec spec, uint64_t *ret_at)
{
	uint64_t len = 4ull * specs[spec].words;
	uint64_t end = file.size < specs[spec].area ? file.size : specs[spec].area;

	for (uint64_t at = 0; at + len <= end; at += specs[spec].step) {
		uint32_t sum = 0;

		if (span_le32(file, at) != specs[spec].magic)
			continue;
		for (unsigned i = 0; i < specs[spec].words; i++)
			sum += span_le32(file, at + 4ull * i);
		if (!sum) {
			*ret_at = at;
			return true;
		}
	}
	return false;
}
