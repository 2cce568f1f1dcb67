/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One boot under UEFI: what is collected on the way from the load options to the jump.
 */
#ifndef KSHIM_EFI_BOOT_H
#define KSHIM_EFI_BOOT_H

#include "efi/file.h"
#include "stub/input/bls.h"
#include "stub/input/efi_map.h"
#include "stub/input/efi_measures.h"
#include "stub/input/efi_options.h"
#include "stub/plan/plan.h"

#define LINE_ROOM    EFI_LINE_ROOM
#define BOOT_INITRDS (PLAN_BLOBS - 1)
#define BOOT_FIXED   64
#define SCREEN_LEN   64 /* screen_info in boot_params */

_Static_assert(BOOT_INITRDS == MEASURE_INITRDS, "all of them can be measured");

struct boot {
	char self[FILE_PATH]; /* our own path on its volume, "" if unknown */
	struct efi_options options;
	struct file kernel;
	struct span whole; /* the kernel as it came, a unified kernel image with all sections */
	const char *renamed; /* its path on its volume, if it is no longer kernel.name */
	bool is_uki;
	uint32_t profile; /* of a unified kernel image */
	bool has_profile; /* by the load options or an entry */
	const char *from; /* how the kernel was found: "load options", ... */
	uint32_t initrds;
	struct file initrd[BOOT_INITRDS];
	struct extras extras;                   /* behind those */
	struct cmdline addon_line, smbios_line; /* behind the kernel's line, in this order */
	struct span own_words;                  /* packed with the kernel: first in its line */
	bool own_is_section;                    /* they are a .cmdline, not a bundle's line */
	const struct bls_entry *entry;          /* the boot entry, if one was chosen */
	char joined[LINE_ROOM]; /* the whole line, with the words that are ours */
	char line[LINE_ROOM];   /* without them, as the kernel gets it */
	struct file config[2];  /* what chose a boot entry: loader.conf, the entry's file */
	struct cmdline_words words;
	struct facts facts;
	struct plan_request request;
	struct plan plan;
	struct efi_map map; /* from which the plan is made; later the one the kernel is told */
	struct named_range fixed[BOOT_FIXED];
	uint8_t seed[PLAN_RNG_SEED];
	uint8_t screen[SCREEN_LEN];
	bool secure; /* Secure Boot is on */
};

/* sources.c: in this order. */
enum refusal_code sources_options(struct boot *b, struct refusal *ret_why);
enum refusal_code sources_find(struct boot *b, struct refusal *ret_why);
enum refusal_code sources_command_line(struct boot *b, struct refusal *ret_why);

/* system.c: what the kernel is told of the machine, into b->request. */
void system_read(struct boot *b);

/* Random bytes, `len` a multiple of 8: the firmware's, else the CPU's own; false if there are
 * none. */
bool system_random(uint8_t *ret_bytes, UINTN len);

/* report.c */
void report_kernel(const struct boot *b);
void report_plan(const struct boot *b);

/*
 * execute.c: plan, ExitBootServices, jump. Comes back only with a refusal.
 */
enum refusal_code execute(struct boot *b, struct refusal *ret_why);

#endif
