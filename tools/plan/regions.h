/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole of memory as a list of regions, each with one owner: what table, JSON and SVG show.
 */
#ifndef PLAN_REGIONS_H
#define PLAN_REGIONS_H

#include "stub/plan/plan.h"

enum region_kind {
	REGION_HOLE, /* no entry describes it */
	REGION_FREE,
	REGION_RESERVED,
	REGION_ACPI,
	REGION_NVS,
	REGION_UNUSABLE,
	REGION_PMEM,
	REGION_KEPT,   /* never used by us, or fixed: BIOS data, tables */
	REGION_BUSY,   /* of the body itself, or of the firmware that still runs */
	REGION_SOURCE, /* a file where the launcher has put it; free once it is moved */
	REGION_KERNEL, /* its file part */
	REGION_KERNEL_REST,
	REGION_INITRD,
	REGION_CMDLINE,
	REGION_ZERO_PAGE,
	REGION_SETUP_DATA,
	REGION_START_INFO,
	REGION_GDT,
	REGION_PAGE_TABLES,
	REGION_TRAMPOLINE,
	REGION_EFI_MAP,
	REGION_STAGE,
	REGION_FDT,
	REGION_KINDS,
};

#define REGIONS_MAX 1500
#define REGION_NAME 80

struct region {
	struct range range;
	enum region_kind kind;
	char name[REGION_NAME]; /* for people */
};

struct regions {
	uint32_t count;
	struct region region[REGIONS_MAX];
};

/*
 * Memory as the plan fills it: placements before what is fixed, that before sources and busy
 * memory, that before the map. A plan that was refused shows what had been placed.
 */
void regions_make(
        const struct plan_request *req, const struct plan *plan, struct regions *ret_regions);

/* A stable word for the kind: "free", "kernel-file", "zero-page". */
const char *region_word(enum region_kind kind);

/* The same in words for a legend; kinds that are drawn alike share them. */
const char *region_title(enum region_kind kind);

/* Is it something that the plan puts there (and not what was there before)? */
bool region_is_placed(enum region_kind kind);

#endif
