/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums (the CRC-32 of zlib) and comparisons. */
#include "probe.h"

void *
memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	void *d = dst;

	__asm__ volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(n) : : "memory");
	return dst;
}

void *
memset(void *dst, int c, size_t n)
{
	void *d = dst;

	__asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
	return dst;
}

static uint32_t
crc_byte(uint32_t v)
{
	for (int bit = 0; bit < 8; bit++)
		v = v >> 1 ^ (v & 1 ? 0xedb88320 : 0);
	return v;
}

uint32_t
crc_more(uint32_t crc, const uint8_t *bytes, uint64_t len)
{
	uint32_t table[256];

	for (uint32_t i = 0; i < 256; i++)
		table[i] = crc_byte(i);
	crc = ~crc;
	for (uint64_t i = 0; i < len; i++)
		crc = crc >> 8 ^ table[(uint8_t)(crc ^ bytes[i])];
	return ~crc;
}

uint32_t
crc_zeros(uint32_t crc, uint64_t len)
{
	uint8_t zero = 0;

	while (len--)
		crc = crc_more(crc, &zero, 1);
	return crc;
}

bool
all_zero(const uint8_t *bytes, uint64_t len)
{
	for (uint64_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

bool
same(const void *a, const void *b, uint64_t len)
{
	const uint8_t *x = a, *y = b;

	for (uint64_t i = 0; i < len; i++)
		if (x[i] != y[i])
			return false;
	return true;
}

uint64_t
length(const char *text)
{
	uint64_t n = 0;

	while (text[n])
		n++;
	return n;
}
