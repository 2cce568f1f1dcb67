/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hvm_start_info version 1: what a PVH launcher tells the kernel, and what kshim.elf is told.
 *
 * Source: Xen public/arch-x86/hvm/start_info.h. The launcher writes start_info, module list
 * and memory map anywhere below 4 GiB and enters the kernel with ebx pointing to start_info. An
 * address of 0 means "absent". Version 0 ends before memmap_paddr: look at `version` first.
 */
#ifndef KSHIM_WIRE_START_INFO_H
#define KSHIM_WIRE_START_INFO_H

#include "wire.h"

#define PVH_START_MAGIC   0x336ec578u /* "xEn3", bit 7 of the E set */
#define PVH_START_LEN_V0  40          /* bytes of version 0 */
#define PVH_START_VERSION 1

struct pvh_start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t nr_modules;
	uint64_t modlist_paddr; /* of nr_modules struct pvh_modlist_entry */
	uint64_t cmdline_paddr; /* NUL-terminated */
	uint64_t rsdp_paddr;
	uint64_t memmap_paddr; /* of memmap_entries struct pvh_memmap_entry */
	uint32_t memmap_entries;
	uint32_t reserved;
} WIRE;

WIRE_AT(struct pvh_start_info, magic, 0);
WIRE_AT(struct pvh_start_info, version, 4);
WIRE_AT(struct pvh_start_info, flags, 8);
WIRE_AT(struct pvh_start_info, nr_modules, 12);
WIRE_AT(struct pvh_start_info, modlist_paddr, 16);
WIRE_AT(struct pvh_start_info, cmdline_paddr, 24);
WIRE_AT(struct pvh_start_info, rsdp_paddr, 32);
WIRE_AT(struct pvh_start_info, memmap_paddr, PVH_START_LEN_V0);
WIRE_AT(struct pvh_start_info, memmap_entries, 48);
WIRE_AT(struct pvh_start_info, reserved, 52);
WIRE_SIZE(struct pvh_start_info, 56);

struct pvh_modlist_entry {
	uint64_t paddr;
	uint64_t size;          /* bytes */
	uint64_t cmdline_paddr; /* the module's own line */
	uint64_t reserved;
} WIRE;

WIRE_AT(struct pvh_modlist_entry, paddr, 0);
WIRE_AT(struct pvh_modlist_entry, size, 8);
WIRE_AT(struct pvh_modlist_entry, cmdline_paddr, 16);
WIRE_AT(struct pvh_modlist_entry, reserved, 24);
WIRE_SIZE(struct pvh_modlist_entry, 32);

struct pvh_memmap_entry {
	uint64_t addr;
	uint64_t size; /* bytes */
	uint32_t type; /* enum mem_type; what a reader does not know is reserved */
	uint32_t reserved;
} WIRE;

WIRE_AT(struct pvh_memmap_entry, addr, 0);
WIRE_AT(struct pvh_memmap_entry, size, 8);
WIRE_AT(struct pvh_memmap_entry, type, 16);
WIRE_AT(struct pvh_memmap_entry, reserved, 20);
WIRE_SIZE(struct pvh_memmap_entry, 24);

#endif
