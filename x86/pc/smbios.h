/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SMBIOS tables (DMTF DSP0134), which QEMU makes but for the address.
 */
#ifndef KSHIM_X86_SMBIOS_H
#define KSHIM_X86_SMBIOS_H

#include "x86/pc/items.h"
#include "x86/pc/tables.h"

/*
 * Put QEMU's tables and their entry point into what `t` has left of memory, the entry point
 * into the F segment, where it is looked for. An entry point of no known kind is left out.
 * Errors: those of the items; REFUSAL_TABLES_ROOM.
 */
enum refusal_code smbios_load(
        struct tables *t, const struct items *items, struct refusal *ret_why);

#endif
