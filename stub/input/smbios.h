/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SMBIOS: where the structures lie, one after the other, and the strings of the one for the
 * machine's owner.
 *
 * DMTF DSP0134 (System Management BIOS) 3.7, 5.2 (entry points), 6.1 (structures), 7.12 (OEM
 * Strings). The tables are the firmware's or, in a virtual machine, the host's: all lengths are
 * looked at.
 */
#ifndef KSHIM_SMBIOS_H
#define KSHIM_SMBIOS_H

#include "stub/base/bytes.h"
#include "stub/base/range.h"

#define SMBIOS_ENTRY_LEN 32 /* bytes that either entry point has at most */

/* Where the structures lie by an entry point, "_SM3_" or "_SM_"; 0, 0 if it is neither. */
struct range smbios_structures(struct span entry);

/*
 * What stands behind `prefix` in the first string of the first OEM Strings structure (type 11)
 * that begins so; false if there is none, or the structures are damaged before it.
 */
bool smbios_oem_string(struct span structures, const char *prefix, struct span *ret_value);

/* A structure: its header, its formatted part, and its strings. */
struct smbios_structure {
	uint8_t type;
	uint8_t formatted; /* bytes before the strings */
	struct span bytes;
};

/* Take the structure at the front off; false behind the last one, or where one is damaged. */
bool smbios_next(struct span *structures, struct smbios_structure *ret_structure);

#endif
