/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a harness is written with: any value, what is assumed of it, what must follow.
 *
 * A variable that a harness leaves without a value stands for every value of its type: CBMC
 * looks at all of them at once. ASSUME() drops those that a caller may not give; PROVE() is a
 * property.
 */
#ifndef KSHIM_PROVE_H
#define KSHIM_PROVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stub/base/bytes.h"
#include "stub/base/range.h"
#include "stub/base/refusal.h"

#define ASSUME(condition)     __CPROVER_assume(condition)
#define PROVE(condition, why) __CPROVER_assert(condition, why)

/* A property without overflow of its own: as wide as any sum of two 64-bit numbers. */
typedef unsigned __int128 wide;

/* Any number. */
static inline uint64_t
any_u64(void)
{
	uint64_t number;

	return number;
}

/* Does the range hold byte `x`? */
static inline bool
holds(struct range r, uint64_t x)
{
	return x >= r.addr && (wide)x < (wide)r.addr + r.len;
}

/* Does `part` lie within `whole`, an empty one too? */
static inline bool
is_inside(struct span part, struct span whole)
{
	return part.size == 0 ||
	       (__CPROVER_same_object(part.base, whole.base) && part.base >= whole.base &&
	               part.size <= whole.size &&
	               (uint64_t)(part.base - whole.base) <= whole.size - part.size);
}

/* Makes refuse(), which would write texts otherwise, fill the numbers only. */
#define PROVE_REFUSE                                                                           \
	enum refusal_code refuse(struct refusal *why, enum refusal_code code, uint64_t where,  \
	        uint64_t found, uint64_t wanted)                                               \
	{                                                                                      \
		why->where = where;                                                            \
		why->found = found;                                                            \
		why->wanted = wanted;                                                          \
		return why->code = code;                                                       \
	}

#endif
