/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A span of bytes that carries its length, and the only places that read from it.
 *
 * Image bytes are reached through `struct span` and nowhere else. This header and range.h
 * hold all bounds arithmetic of the core: `len <= size - off` after `off <= size`, so that
 * no sum can wrap. All reads are little-endian and need no alignment.
 */
#ifndef KSHIM_BYTES_H
#define KSHIM_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "span_le() copies");

struct span {
	const uint8_t *base;
	uint64_t size; /* bytes */
};

/* Does [off, off + len) lie inside something of `size` bytes? */
static inline bool
bounds_ok(uint64_t size, uint64_t off, uint64_t len)
{
	return off <= size && len <= size - off;
}

/* The part [off, off + len) of `s`; false, and nothing written, if it is not all there. */
static inline bool
span_sub(struct span s, uint64_t off, uint64_t len, struct span *ret_sub)
{
	if (!bounds_ok(s.size, off, len))
		return false;
	*ret_sub = (struct span){s.base + off, len};
	return true;
}

/*
 * Little-endian fields. The caller has taken a span of the right size with span_sub() or
 * image_get(); a field outside of it reads as 0, so that a mistake is never a stray read.
 */
static inline uint64_t
span_le(struct span s, uint64_t off, unsigned bytes)
{
	uint64_t v = 0;

	if (!bounds_ok(s.size, off, bytes))
		return 0;
	__builtin_memcpy(&v, s.base + off, bytes);
	return v;
}

/* The same of a size known here: a comparison and one load. */
#define SPAN_READER(name, type)                                                                \
	static inline type name(struct span s, uint64_t off)                                   \
	{                                                                                      \
		type v = 0;                                                                    \
                                                                                               \
		if (bounds_ok(s.size, off, sizeof(v)))                                         \
			__builtin_memcpy(&v, s.base + off, sizeof(v));                         \
		return v;                                                                      \
	}
SPAN_READER(span_u8, uint8_t)
SPAN_READER(span_le16, uint16_t)
SPAN_READER(span_le32, uint32_t)
SPAN_READER(span_le64, uint64_t)
#undef SPAN_READER

/* Do the bytes at `off` equal `text` (its terminating NUL not included)? */
static inline bool
span_is(struct span s, uint64_t off, const char *text, uint64_t len)
{
	return bounds_ok(s.size, off, len) && memcmp(s.base + off, text, (size_t)len) == 0;
}

/* Take `head` off the front of *s; false, and nothing taken, if it is not there. */
static inline bool
span_take(struct span *s, const char *head)
{
	size_t n = 0;

	for (; head[n]; n++) {
		if (n == s->size || s->base[n] != (uint8_t)head[n])
			return false;
	}
	s->base += n;
	s->size -= n;
	return true;
}

/* Are the bytes of both the same? */
static inline bool
span_same(struct span a, struct span b)
{
	return a.size == b.size && (!a.size || memcmp(a.base, b.base, (size_t)a.size) == 0);
}

/* Is all of `s` this text? */
static inline bool
span_equals(struct span s, const char *text)
{
	uint64_t len = 0;

	while (text[len])
		len++;
	return s.size == len && span_is(s, 0, text, len);
}

#endif
