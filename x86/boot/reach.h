/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory above 4 GiB: mapped when it is first needed, at its own address.
 */
#ifndef KSHIM_X86_REACH_H
#define KSHIM_X86_REACH_H

#include "stub/base/refusal.h"

/*
 * Make a range readable and writable, whatever is there. What it names stays reachable.
 * Errors: REFUSAL_SPACE_UNREACHABLE, a = the range, b = what is in the way.
 */
enum refusal_code reach(const char *name, uint64_t addr, uint64_t len, struct refusal *ret_why);

#endif
