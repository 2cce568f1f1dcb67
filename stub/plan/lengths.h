/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long the structures are that the kernel finds: the planner reserves memory by these, the
 * handoff's writers (stub/handoff/) fill exactly what was reserved.
 */
#ifndef KSHIM_LENGTHS_H
#define KSHIM_LENGTHS_H

#include "plan.h"

/* The setup_data list: E820_EXT if the map needs it, then RNG_SEED if the kernel knows it. */
struct setup_data_nodes {
	uint32_t ext_entries; /* e820 entries beyond the zero page's; 0: no such node */
	bool seed;
	uint64_t seed_off; /* bytes from the start of the placement */
	uint64_t len;      /* 0: no list */
};

struct setup_data_nodes setup_data_nodes(const struct plan_request *req, uint32_t map_entries);

/* May this kernel be given setup_data of that type? */
bool setup_data_allows(const struct plan_request *req, uint32_t type);

/* Does the kernel's boot protocol have the fields of that version? An ELF's has all. */
bool boot_protocol_has(const struct plan_request *req, uint16_t version);

/* hvm_start_info, module list and memory map together, bytes. */
uint64_t start_info_len(uint32_t modules, uint32_t map_entries);

/* Ranges to be mapped end on a multiple of this. */
#define PAGING_STEP (16 * MIB)

/* Where they end: identity is for addresses of the lower half only. */
#define PAGING_END (1ull << 47)

/*
 * Bytes of tables that map ranges[0..count): ascending, below PAGING_END, each from the start
 * of a GiB on, no two in the same GiB. 4 KiB for the PML4, 4 KiB a PDPT, and 4 KiB a GiB unless
 * `gb_pages`, which map whole GiB.
 */
uint64_t paging_len(const struct range *ranges, uint32_t count, bool gb_pages);

/* PDPTs that the ranges need: one for every 512 GiB that any of them touches. */
uint64_t paging_pdpts(const struct range *ranges, uint32_t count);

#endif
