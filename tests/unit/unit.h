/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit test includes first: cmocka needs these four headers before it. */
#ifndef KSHIM_UNIT_H
#define KSHIM_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A number below n, of a sequence that is the same in every run of a program (xorshift). */
static inline uint32_t
random_below(uint32_t n)
{
	static uint32_t state = 2463534242u;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

#endif
