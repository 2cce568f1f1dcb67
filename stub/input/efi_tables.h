/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of a UEFI firmware's tables a kernel will read, and where they lie.
 *
 * For executors that run in the machine's memory, where an address is a pointer.
 */
#ifndef KSHIM_EFI_TABLES_H
#define KSHIM_EFI_TABLES_H

#include "keep.h"

/* Can these bytes be read? */
typedef bool efi_reach(uint64_t addr, uint64_t len);

/*
 * Note the system table at `systab`, of 64-bit firmware, and all that it leads to: they may lie
 * in memory of boot services, which is free for a kernel, but not for who loads one. Nothing if
 * it is no system table; a table that cannot be read is left out.
 */
void efi_tables_keep(uint64_t systab, efi_reach *reach, struct keep *keep);

#endif
