/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four functions that the compiler and the core expect, eight bytes at a time where both
 * sides agree: kernels of 30 MB are moved by these.
 */
#include "stub/base/bytes.h"

typedef uint64_t __attribute__((may_alias)) word;

static bool
aligned(const void *a, const void *b)
{
	return (((uintptr_t)a | (uintptr_t)b) & 7) == 0;
}

void *
memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	return memmove(dst, src, n);
}

static void
copy_up(uint8_t *d, const uint8_t *s, size_t n)
{
	size_t i = 0;

	if (aligned(d, s)) {
		for (; i + 8 <= n; i += 8)
			*(word *)(d + i) = *(const word *)(s + i);
	}
	for (; i < n; i++)
		d[i] = s[i];
}

static void
copy_down(uint8_t *d, const uint8_t *s, size_t n)
{
	if (aligned(d, s)) {
		for (; n & 7; n--)
			d[n - 1] = s[n - 1];
		for (; n; n -= 8)
			*(word *)(d + n - 8) = *(const word *)(s + n - 8);
	}
	for (; n; n--)
		d[n - 1] = s[n - 1];
}

void *
memmove(void *dst, const void *src, size_t n)
{
	if ((uintptr_t)dst - (uintptr_t)src >= n)
		copy_up(dst, src, n);
	else
		copy_down(dst, src, n);
	return dst;
}

void *
memset(void *dst, int c, size_t n)
{
	uint8_t *d = dst;
	size_t i = 0;

	if (!c && aligned(d, d)) {
		for (; i + 8 <= n; i += 8)
			*(word *)(d + i) = 0;
	}
	for (; i < n; i++)
		d[i] = (uint8_t)c;
	return dst;
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < n; i++) {
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}
