/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes of firmware tables: little-endian numbers, names without a NUL, checksums.
 */
#ifndef RUN_TABLE_H
#define RUN_TABLE_H

#include <stddef.h>
#include <stdint.h>

static inline void
table_put(uint8_t *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t
table_get(const uint8_t *bytes, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

static inline void
table_text(uint8_t *out, const char *text)
{
	while (*text)
		*out++ = (uint8_t)*text++;
}

/* The byte that makes the sum of all 0. */
static inline uint8_t
table_checksum(const uint8_t *bytes, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return (uint8_t)-sum;
}

#endif
