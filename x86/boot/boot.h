/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One boot, from what is found to what the plan is made of.
 *
 * launched.c (kshim.elf, kshim.bzimage) and rom.c (kshim.rom) list the steps; each fills its
 * part of struct boot and reads the earlier ones. There is one struct boot, in .bss: it is
 * larger than a stack should hold.
 */
#ifndef KSHIM_X86_BOOT_H
#define KSHIM_X86_BOOT_H

#include "stub/body/kernel_file.h"
#include "stub/handoff/entry.h"
#include "x86/boot/fw_cfg.h"
#include "x86/boot/launcher.h"
#include "x86/boot/own_image.h"

#define BOOT_FIXED 32
#define NAME_ROOM  16 /* "initrd 32" */

struct boot {
	uint64_t handed; /* address of what the launcher handed over */
	struct launcher launcher;
	bool placed;          /* by QEMU: the first module */
	bool first_is_kernel; /* the first module, even if it is not the one to boot */
	struct fw_cfg_items items;
	struct memmap map;
	struct range zeroed; /* low memory, apart from our own, that is known to be zero */
	struct named_range fixed[BOOT_FIXED], busy[IMAGE_RANGES + 1];
	uint64_t rsdp;
	struct kernel_file file;
	bool file_is_placed; /* it lies where it will run, and the facts are known */
	struct facts facts;
	char line[LINE_ROOM];
	struct cmdline_words words;
	uint8_t seed[PLAN_RNG_SEED];
	char initrd_name[PLAN_BLOBS][NAME_ROOM];
	struct plan_request request;
	struct plan plan;
};

/*
 * steps.c: what all bodies do. Each step returns REFUSAL_NONE or why the boot ends.
 */
typedef enum refusal_code boot_step(struct boot *b, struct refusal *ret_why);

/* launched.c: read what the launcher handed over, then take the steps of kshim.elf. */
_Noreturn void boot_launched(struct boot *b, boot_step *read_launcher);

/* Add etc/e820 to the map, and that the ISA hole is the BIOS's. */
boot_step boot_read_e820;
/* Keep the plan off BIOS data and our own memory. */
boot_step boot_own_memory;
boot_step boot_command_line;
boot_step boot_probe;
boot_step boot_plan;

/*
 * sources.c. Each returns REFUSAL_NONE or a refusal with its subject set.
 */

/* Choose the file that has the kernel, and look whether it is a bundle. */
boot_step sources_kernel_file;
/* Join the command line into request.cmdline and take our words out of it. */
boot_step sources_command_line;
/* Probe the kernel. */
boot_step sources_probe;
/* List kernel and initrds as the request's blobs. */
boot_step sources_blobs;

/* report.c: info lines; main.c calls them unless the command line asks for quiet. */
void report_kernel(const struct boot *b);
void report_plan(const struct boot *b);

/* execute.c: make all of the plan's places reachable; then, carry it out. */
boot_step execute_prepare;
boot_step execute;

#endif
