/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Half-open ranges of the guest's physical addresses, and their arithmetic.
 *
 * A range is a start and a length in bytes; one that would pass the end of the 64-bit space
 * is never made (range_fits() is asked first). With bytes.h this is all the bounds
 * arithmetic there is in the core.
 */
#ifndef KSHIM_RANGE_H
#define KSHIM_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#define KIB  1024ull
#define MIB  (1024ull * KIB)
#define GIB  (1024ull * MIB)
#define PAGE 4096ull

struct range {
	uint64_t addr;
	uint64_t len; /* bytes; 0 is empty */
};

/* May a range of `len` bytes start at `addr` without passing the end of the space? */
static inline bool
range_fits(uint64_t addr, uint64_t len)
{
	return len <= UINT64_MAX - addr;
}

/* First byte after the range. */
static inline uint64_t
range_end(struct range r)
{
	return r.addr + r.len;
}

static inline bool
range_overlaps(struct range a, struct range b)
{
	return a.len && b.len && a.addr < range_end(b) && b.addr < range_end(a);
}

static inline bool
range_contains(struct range outer, struct range inner)
{
	return inner.addr >= outer.addr && range_end(inner) <= range_end(outer);
}

/* Round down to a multiple of `align`, a power of two. */
static inline uint64_t
align_down(uint64_t v, uint64_t align)
{
	return v & ~(align - 1);
}

/* Round up to a multiple of `align`, a power of two; false if that passes 2^64. */
static inline bool
align_up(uint64_t v, uint64_t align, uint64_t *ret_v)
{
	if (v > UINT64_MAX - (align - 1))
		return false;
	*ret_v = (v + (align - 1)) & ~(align - 1);
	return true;
}

static inline bool
is_power_of_two(uint64_t v)
{
	return v && !(v & (v - 1));
}

#endif
