/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the launcher told us in hvm_start_info or a zero page, checked and in memory of our own.
 */
#ifndef KSHIM_X86_LAUNCHER_H
#define KSHIM_X86_LAUNCHER_H

#include "stub/input/memmap.h"
#include "stub/plan/plan.h"
#include "stub/wire/bootparam.h"

#define LAUNCHER_MODULES PLAN_BLOBS
#define LINE_ROOM        8192 /* bytes of a command line that we can hold */

struct launcher {
	uint32_t modules;
	struct blob module[LAUNCHER_MODULES];
	char line[LINE_ROOM];
	uint64_t line_len; /* without the NUL */
	uint64_t rsdp;     /* 0: not told */
	/* What a loader of bzImages tells besides. */
	struct plan_efi efi;
	uint8_t screen[ZP_SCREEN_LEN]; /* efi.screen_info points here if there is a screen */
	uint8_t seed[PLAN_RNG_SEED];
	bool has_seed;
};

/*
 * Read the start_info at `addr` (Xen public/arch-x86/hvm/start_info.h) and add its memory map
 * to `map`, which stays empty if it has none.
 * Errors: REFUSAL_START_INFO_MAGIC; _PLAN_TOO_MANY (modules); _CMDLINE_BUFFER; _MAP_FULL;
 * _SPACE_UNREACHABLE for a part that is nowhere.
 */
enum refusal_code launcher_read(uint64_t addr, struct launcher *ret_launcher,
        struct memmap *map, struct refusal *ret_why);

/*
 * The same for a zero page (Linux Documentation/arch/x86/boot.rst, zero-page.rst): its initrd
 * is the only module. What setup_data carries is taken: the map's rest, the seed, which is
 * wiped there; what else it tells would be lost and is refused, but for the firmware's
 * services. Errors: REFUSAL_LOADER_ZERO_PAGE, _LOADER_SETUP_DATA, and as above.
 */
enum refusal_code launcher_read_zero_page(uint64_t addr, struct launcher *ret_launcher,
        struct memmap *map, struct refusal *ret_why);

/* What both readers do. */
enum refusal_code launcher_read_line(
        struct launcher *l, uint64_t paddr, struct refusal *ret_why);
enum refusal_code launcher_check_module(struct range r, struct refusal *ret_why);

#endif
