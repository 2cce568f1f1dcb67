/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the launcher told us in hvm_start_info, checked and in memory of our own.
 */
#ifndef KSHIM_X86_LAUNCHER_H
#define KSHIM_X86_LAUNCHER_H

#include "stub/memmap.h"
#include "stub/plan.h"

#define LAUNCHER_MODULES PLAN_BLOBS
#define LINE_ROOM        8192 /* bytes of a command line that we can hold */

struct launcher {
	uint32_t modules;
	struct blob module[LAUNCHER_MODULES]; /* the kernel first, unless it comes elsewhere */
	char line[LINE_ROOM];
	uint64_t line_len; /* without the NUL */
	uint64_t rsdp;     /* 0: not told */
};

/*
 * Read the start_info at `addr` (Xen public/arch-x86/hvm/start_info.h) and add its memory map
 * to `map`, which stays empty if it has none.
 * Errors: REFUSAL_START_INFO_MAGIC; _PLAN_TOO_MANY (modules); _CMDLINE_BUFFER; _MAP_FULL;
 * _SPACE_UNREACHABLE for a part that is nowhere.
 */
enum refusal_code launcher_read(uint64_t addr, struct launcher *ret_launcher,
        struct memmap *map, struct refusal *ret_why);

#endif
