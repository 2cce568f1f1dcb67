/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bounds arithmetic of bytes.h and range.h is exact: against sums of 128 bits.
 *
 * Inputs: every 64-bit number; spans of up to 16 bytes.
 *
 * unwind: 17
 */
#include "prove.h"

static void
prove_bounds(void)
{
	uint64_t size, off, len;
	struct span sub = {NULL, 0}, s;
	uint8_t byte[16];

	PROVE(bounds_ok(size, off, len) == ((wide)off + len <= size),
	        "bounds_ok() is the comparison of the exact sum");
	PROVE(range_fits(off, len) == ((wide)off + len <= UINT64_MAX),
	        "range_fits() is the comparison of the exact sum");
	ASSUME(size <= sizeof(byte));
	s = (struct span){byte, size};
	if (span_sub(s, off, len, &sub))
		PROVE(sub.base == byte + off && sub.size == len && is_inside(sub, s),
		        "span_sub() gives the part that was asked for");
	else
		PROVE((wide)off + len > size && !sub.base && !sub.size,
		        "span_sub() refuses only what is not all there, and writes nothing");
}

static void
prove_readers(void)
{
	uint64_t size, off, at, number = 0;
	uint8_t byte[16];
	unsigned bytes;
	struct span s;

	ASSUME(size <= sizeof(byte) && bytes <= 8);
	s = (struct span){byte, size};
	number = span_le(s, off, bytes);
	if ((wide)off + bytes > size)
		PROVE(number == 0, "span_le() outside of the span is 0");
	else if (at < bytes)
		PROVE((uint8_t)(number >> 8 * at) == byte[off + at],
		        "span_le() has the lowest byte first");
	PROVE(span_u8(s, off) == span_le(s, off, 1), "span_u8() is span_le() of 1");
	PROVE(span_le16(s, off) == span_le(s, off, 2), "span_le16() is span_le() of 2");
	PROVE(span_le32(s, off) == span_le(s, off, 4), "span_le32() is span_le() of 4");
	PROVE(span_le64(s, off) == span_le(s, off, 8), "span_le64() is span_le() of 8");
}

static void
prove_ranges(void)
{
	struct range a, b;
	uint64_t x, last;

	ASSUME(range_fits(a.addr, a.len) && range_fits(b.addr, b.len));
	last = a.addr > b.addr ? a.addr : b.addr;
	PROVE(range_overlaps(a, b) == range_overlaps(b, a), "range_overlaps() is symmetric");
	if (range_overlaps(a, b))
		PROVE(holds(a, last) && holds(b, last), "what overlaps shares a byte");
	else
		PROVE(!(holds(a, x) && holds(b, x)), "what does not overlap shares no byte");
	if (range_contains(a, b))
		PROVE(!holds(b, x) || holds(a, x), "what is contained has no byte outside");
	else if (b.len)
		PROVE(!holds(a, b.addr) || !holds(a, b.addr + (b.len - 1)),
		        "what is not contained has its first or last byte outside");
}

static void
prove_align(void)
{
	uint64_t v, up = 1;
	unsigned shift;

	ASSUME(shift < 64);
	uint64_t align = 1ull << shift, down = align_down(v, align);

	PROVE(is_power_of_two(align), "is_power_of_two() knows all of them");
	PROVE(!is_power_of_two(v) || (v & -v) == v, "is_power_of_two() takes nothing else");
	PROVE(!(down & (align - 1)) && down <= v && v - down < align,
	        "align_down() is the last multiple up to v");
	if (align_up(v, align, &up))
		PROVE(!(up & (align - 1)) && up >= v && up - v < align,
		        "align_up() is the first multiple from v on");
	else
		PROVE((wide)down + align > UINT64_MAX && down != v && up == 1,
		        "align_up() refuses only what passes 2^64, and writes nothing");
}

int
main(void)
{
	prove_bounds();
	prove_readers();
	prove_ranges();
	prove_align();
}
