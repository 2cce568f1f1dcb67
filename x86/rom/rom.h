/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kshim.rom lies and where its code and constants are linked.
 *
 * QEMU puts the ROM below 4 GiB, and the 2-MiB page there is mapped a second time at
 * ROM_WINDOW: memory behind that page is out of our reach, so the plan takes it for busy.
 * kshim-rom.ld compares the addresses.
 */
#ifndef KSHIM_X86_ROM_H
#define KSHIM_X86_ROM_H

#include "stub/body/body.h"

#define ROM_LEN        0x30000ull
#define ROM_ADDR       (ROM_LINKED + ROM_LIFT_GIB * 0x40000000ull)
#define ROM_LINKED     0x7ffd0000ull
#define ROM_LIFT_GIB   2
#define ROM_WINDOW     0x7fe00000ull
#define ROM_WINDOW_LEN 0x200000ull
#define ROM_RAM        0x1000ull /* low memory that is zeroed at the start, ours included */
#define ROM_RAM_END    BODY_ROM_LOW_END /* the BIOS data's page */
#define RESET_LEN      0x80ull          /* the end, with the reset vector */
#define ROM_FACS       0x610ull         /* u32: the address of ACPI's FACS, for resume.asm */
#define ROM_FAULTS     96 /* fault_entries.asm's entries, bytes from the ROM's start */

#endif
