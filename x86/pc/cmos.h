/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory sizes as QEMU leaves them in the CMOS RAM of the clock (hw/i386/pc.c, pc_cmos_init).
 */
#ifndef KSHIM_X86_CMOS_H
#define KSHIM_X86_CMOS_H

#include "stub/input/memmap.h"

typedef uint8_t cmos_read(uint8_t reg);

/*
 * Add the RAM that CMOS tells of. Errors: those of memmap_add(); REFUSAL_MAP_NONE if it tells
 * of none or nonsense, as where there is no clock and all registers read as 0xff.
 */
enum refusal_code cmos_map(cmos_read *read, struct memmap *map, struct refusal *ret_why);

#endif
