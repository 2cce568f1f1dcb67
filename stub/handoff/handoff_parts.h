/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the handoff's files only: one writer a structure.
 *
 * handoff.c dispatches, zeroes `out`, and brings the map to what the kernel takes before it
 * calls these; so they cannot fail.
 */
#ifndef KSHIM_HANDOFF_PARTS_H
#define KSHIM_HANDOFF_PARTS_H

#include "handoff.h"

/* All that the structures are written from. */
struct handoff {
	const struct plan_request *req;
	const struct plan *plan;
	const struct memmap *map; /* not longer than the kernel takes */
};

/* The setup_data list: E820_EXT if the map needs it, then RNG_SEED if the kernel knows it. */
struct handoff_nodes {
	uint32_t ext_entries; /* e820 entries beyond the zero page's; 0: no such node */
	bool seed;
	uint64_t seed_off; /* bytes from the start of the placement */
	uint64_t len;      /* 0: no list */
};

struct handoff_nodes handoff_nodes(const struct plan_request *req, uint32_t map_entries);

/* May this kernel be given setup_data of that type? */
bool handoff_allows_node(const struct plan_request *req, uint32_t type);

/* Does the kernel's boot protocol have the fields of that version? An ELF's has all. */
bool handoff_has(const struct plan_request *req, uint16_t version);

/* First address of the plan's placement of that kind, 0 if there is none. */
uint64_t handoff_address(const struct plan *plan, enum placement_kind kind);

void handoff_zero_page(const struct handoff *h, uint8_t *out);
void handoff_setup_data(const struct handoff *h, uint64_t addr, uint8_t *out);
void handoff_start_info(const struct handoff *h, uint64_t addr, uint8_t *out);

/* E820 entries [from, from + count) of the map, to out[0..count * 20). */
void handoff_e820(const struct memmap *map, uint32_t from, uint32_t count, uint8_t *out);

#endif
