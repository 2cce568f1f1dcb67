/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.bzimage before its addresses are right: finds a place, moves there, corrects them.
 */
#ifndef KSHIM_X86_LINUX_EARLY_H
#define KSHIM_X86_LINUX_EARLY_H

#include "stub/wire/bootparam.h"

/*
 * `base` is where the loader has put us, `zp` its zero page. Returns where we are now, below
 * 2 GiB, with .bss zeroed and the first 4 GiB mapped; or 0 if there is no room.
 */
uint64_t linux_early(uint64_t base, const struct zero_page *zp);

#endif
