/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UEFI's memory map as the core's: what the kernel may use, and what is in use until
 * ExitBootServices.
 *
 * UEFI 2.10, 7.2.3 (GetMemoryMap) and table 7.10 (use after ExitBootServices): loader and
 * boot-services memory is RAM for the kernel, but busy while the firmware still runs.
 */
#ifndef KSHIM_EFI_MAP_H
#define KSHIM_EFI_MAP_H

#include "memmap.h"
#include "stub/base/bytes.h"

#define EFI_MAP_BUSY 512

struct efi_map {
	struct memmap map;
	uint32_t nr_busy;
	struct named_range busy[EFI_MAP_BUSY]; /* ascending, neighbours joined */
};

/*
 * Convert the descriptors in `raw`, each `desc_size` bytes long (more than the struct has is
 * normal), in any order.
 * Errors: REFUSAL_EFI_MAP for a descriptor size below 40 or a map that is no multiple of it, an
 * address off a page, a length that passes the end of memory; REFUSAL_MAP_FULL.
 */
enum refusal_code efi_map_read(
        struct span raw, uint64_t desc_size, struct efi_map *ret_map, struct refusal *ret_why);

#endif
