/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One boot by kshim.elf, from what is found to what the plan is made of.
 *
 * main.c takes the steps in order; each fills its part of struct boot and reads the earlier
 * ones. There is one struct boot, in .bss: it is larger than a stack should hold.
 */
#ifndef KSHIM_X86_BOOT_H
#define KSHIM_X86_BOOT_H

#include "stub/bundle.h"
#include "stub/entry.h"
#include "x86/fw_cfg.h"
#include "x86/launcher.h"

#define BOOT_FIXED 32
#define NAME_ROOM  16 /* "initrd 32" */

/* The file that the kernel is in: all of it, or a member of a bundle. */
struct kernel_file {
	const char *name;   /* for messages: "module 1", "opt/org.kshim/kernel" */
	struct blob blob;   /* the whole file */
	struct image image; /* what of it is at hand */
	bool is_bundle;     /* otherwise `members` says: kernel = the whole file */
	struct bundle members;
};

struct boot {
	uint64_t start_info;
	struct launcher launcher;
	struct fw_cfg_items items;
	struct memmap map;
	struct named_range fixed[BOOT_FIXED], busy[1];
	uint64_t rsdp;
	struct kernel_file file;
	struct facts facts;
	char line[LINE_ROOM];
	struct cmdline_words words;
	uint8_t seed[PLAN_RNG_SEED];
	char initrd_name[PLAN_BLOBS][NAME_ROOM];
	struct plan_request request;
	struct plan plan;
};

/*
 * sources.c. Each returns REFUSAL_NONE or a refusal with its subject set.
 */

/* Choose the file that has the kernel, and look whether it is a bundle. */
enum refusal_code sources_kernel_file(struct boot *b, struct refusal *ret_why);
/* Join the command line into request.cmdline and take our words out of it. */
enum refusal_code sources_command_line(struct boot *b, struct refusal *ret_why);
/* Probe the kernel. */
enum refusal_code sources_probe(struct boot *b, struct refusal *ret_why);
/* List kernel and initrds as the request's blobs. */
enum refusal_code sources_blobs(struct boot *b, struct refusal *ret_why);

/* report.c: info lines; main.c calls them unless the command line asks for quiet. */
void report_kernel(const struct boot *b);
void report_plan(const struct boot *b);

/* execute.c: make all of the plan's places reachable; then, carry it out. */
enum refusal_code execute_prepare(const struct boot *b, struct refusal *ret_why);
enum refusal_code execute(const struct boot *b, struct refusal *ret_why);

#endif
