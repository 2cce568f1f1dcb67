/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free memory before there is a plan: only for what must be staged to be understood.
 */
#ifndef KSHIM_X86_ROOM_H
#define KSHIM_X86_ROOM_H

#include "stub/input/memmap.h"

/*
 * The highest `len` bytes of RAM, page-aligned and above 1 MiB, that overlap none of
 * avoid[0..count).
 */
bool room_find(const struct memmap *map, const struct named_range *avoid, uint32_t count,
        uint64_t len, uint64_t *ret_addr);

#endif
