/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last step of every body on x86: late moves and jump, from memory that the plan chose.
 */
#ifndef KSHIM_X86_JUMP_H
#define KSHIM_X86_JUMP_H

#include "stub/plan/plan.h"

/*
 * Fill the plan's PLACE_TRAMPOLINE and go there, for good. Long mode, identity-mapped below
 * 4 GiB, interrupts off; all other placements are written and all early moves done.
 */
void jump_to_kernel(const struct plan *plan);

#endif
