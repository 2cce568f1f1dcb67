/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's memory map: e820-typed ranges, sorted, disjoint, adjacent equals merged.
 *
 * Whatever a launcher gives (e820, start_info, UEFI) goes through memmap_add(), so that
 * overlaps are resolved once: the less usable type wins. What no entry describes is a hole.
 */
#ifndef KSHIM_MEMMAP_H
#define KSHIM_MEMMAP_H

#include "stub/base/range.h"
#include "stub/base/refusal.h"

#define MEMMAP_MAX 512

/* The numbers of ACPI's address range types, which e820 and start_info share. */
enum mem_type {
	MEM_RAM = 1,
	MEM_RESERVED = 2,
	MEM_ACPI = 3,
	MEM_NVS = 4,
	MEM_UNUSABLE = 5,
	MEM_DISABLED = 6,
	MEM_PMEM = 7,
};

struct mem_range {
	struct range range;
	uint32_t type; /* enum mem_type */
};

struct memmap {
	uint32_t count;
	struct mem_range entry[MEMMAP_MAX];
};

/*
 * Add one range. An unknown type becomes MEM_RESERVED, an empty range is ignored, one that
 * passes the end of the 64-bit space is cut there (it describes nothing beyond).
 * Where ranges overlap the less usable wins: UNUSABLE and DISABLED over NVS over RESERVED over
 * ACPI over PMEM over RAM.
 * Errors: REFUSAL_MAP_FULL with found = wanted entries, wanted = MEMMAP_MAX; map unchanged.
 */
enum refusal_code memmap_add(struct memmap *map, uint64_t addr, uint64_t len, uint32_t type,
        struct refusal *ret_why);

/* Does one RAM entry hold all of `r`? */
bool memmap_is_ram(const struct memmap *map, struct range r);

/* The first entry that is not RAM and overlaps `r`, or NULL (then a hole or all RAM). */
const struct mem_range *memmap_blocker(const struct memmap *map, struct range r);

/* Bytes of RAM, and the first byte after the last RAM range. */
uint64_t memmap_ram_size(const struct memmap *map);
uint64_t memmap_ram_end(const struct memmap *map);

/*
 * Bring the map to at most `limit` entries without losing RAM: neighbours that are neither
 * RAM nor PMEM become one reserved range with the hole between them, smallest hole first
 * (first of all those that touch).
 * Errors: REFUSAL_MAP_TOO_MANY with found = entries that remain, wanted = limit.
 */
enum refusal_code memmap_squeeze(struct memmap *map, uint32_t limit, struct refusal *ret_why);

#endif
