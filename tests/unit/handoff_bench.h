/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan made by hand for the tests of the handoff: fixed addresses, one placement a kind, and
 * a map of as many entries as a test wants.
 */
#ifndef KSHIM_HANDOFF_BENCH_H
#define KSHIM_HANDOFF_BENCH_H

#include "stub/handoff/handoff.h"

#define HB_CMDLINE     0x9e000ull
#define HB_ZERO_PAGE   0x9d000ull
#define HB_SETUP_DATA  0x98000ull
#define HB_START_INFO  0x90000ull
#define HB_GDT         0x8f000ull
#define HB_PAGE_TABLES 0x80000ull
#define HB_KERNEL      0x1000000ull
#define HB_INITRD      0x3000000ull
#define HB_INITRD_LEN  0x123457ull
#define HB_RSDP        0xf5a20ull

struct handoff_bench {
	struct facts facts;
	struct memmap map;
	struct plan_request req;
	struct plan plan;
	uint8_t seed[PLAN_RNG_SEED];
	char line[4096];
	struct refusal why;
};

/* An ELF64 Linux, to be entered by PVH or LINUX64, with an initrd and a three-entry map. */
void hb_elf(struct handoff_bench *b, enum protocol protocol);

/* A bzImage whose header has that version and ends at file offset `header_end`. */
void hb_bzimage(struct handoff_bench *b, uint16_t version, uint32_t header_end);

/* Make the map `count` entries long, no two of which can be joined, all of them RAM. */
void hb_map(struct handoff_bench *b, uint32_t count);

/* The last `count` entries of a map of that length become reserved, with holes between. */
void hb_map_reserved(struct handoff_bench *b, uint32_t count, uint32_t reserved);

/* Size the placements for the map that is there, as the planner would. */
void hb_reserve(struct handoff_bench *b);

struct placement *hb_placement(struct handoff_bench *b, enum placement_kind kind);

/*
 * The bytes of that placement, allocated at their exact size and filled with 0xa5 before; the
 * caller frees them. NULL if it was refused, with the code in b->why.
 */
uint8_t *hb_write(struct handoff_bench *b, enum placement_kind kind);

#endif
