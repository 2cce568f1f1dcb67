/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CMOS registers to a memory map (QEMU hw/i386/pc.c, pc_cmos_init).
 *
 * 0x30: KiB from 1 MiB on, at most 63 MiB. 0x34: units of 64 KiB from 16 MiB on, 0 where there
 * is less. 0x5b, three bytes: units of 64 KiB from 4 GiB on.
 */
#include "x86/pc/cmos.h"

#define LOW_MEMORY 0xa0000ull
#define LOW_LIMIT  0xf0000000ull /* no QEMU has RAM below 4 GiB beyond that */
#define UNIT       (64 * KIB)

static uint64_t
number(cmos_read *read, uint8_t reg, unsigned bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | read((uint8_t)(reg + bytes));
	return v;
}

enum refusal_code
cmos_map(cmos_read *read, struct memmap *map, struct refusal *ret_why)
{
	uint64_t end = 16 * MIB + number(read, 0x34, 2) * UNIT, high;
	enum refusal_code code;

	if (end == 16 * MIB)
		end = MIB + number(read, 0x30, 2) * KIB;
	if (end == MIB || end > LOW_LIMIT)
		return refuse(ret_why, REFUSAL_MAP_NONE, 0, 0, 1);
	high = number(read, 0x5b, 3) * UNIT;
	code = memmap_add(map, 0, LOW_MEMORY, MEM_RAM, ret_why);
	if (!code)
		code = memmap_add(map, MIB, end - MIB, MEM_RAM, ret_why);
	return code ? code : memmap_add(map, 4 * GIB, high, MEM_RAM, ret_why);
}
