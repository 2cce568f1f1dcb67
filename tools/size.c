/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sizes in binary units, as QEMU's -m takes them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/size.h"

bool
size_parse(const char *text, uint64_t *ret_size)
{
	static const char units[] = "KMGT";
	char *end;
	const char *unit;
	uint64_t value;
	unsigned shift = 20;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *text == '-')
		return false;
	if (*end) {
		unit = strchr(units, *end & ~0x20);
		if (!unit || !*unit || (end[1] && strcmp(end + 1, "iB") != 0))
			return false;
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (value > UINT64_MAX >> shift)
		return false;
	*ret_size = value << shift;
	return true;
}

const char *
size_text(uint64_t size, char buf[SIZE_TEXT])
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	unsigned u = 0;
	uint64_t whole = size, tenths;

	while (whole >= 1024 && u < 6) {
		whole >>= 10;
		u++;
	}
	if (!u || !(size & ((1ull << (10 * u)) - 1))) {
		snprintf(buf, SIZE_TEXT, "%llu %s", (unsigned long long)whole, units[u]);
		return buf;
	}
	tenths = ((size >> (10 * (u - 1))) * 10 + 512) >> 10;
	snprintf(buf, SIZE_TEXT, "%llu.%llu %s", (unsigned long long)(tenths / 10),
	        (unsigned long long)(tenths % 10), units[u]);
	return buf;
}
