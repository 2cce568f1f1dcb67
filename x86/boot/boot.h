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

#include "stub/body/sources.h"
#include "stub/handoff/entry.h"
#include "x86/boot/fw_cfg.h"
#include "x86/boot/launcher.h"
#include "x86/boot/own_image.h"

#define BOOT_TABLES 31 /* ranges of ACPI's and UEFI's tables that are kept */

struct boot;

/* One step; REFUSAL_NONE or why the boot ends. */
typedef enum refusal_code boot_step(struct boot *b, struct refusal *ret_why);

/* Another source of kernels, which an image may bring along: disks. */
struct boot_source {
	boot_step *find;    /* no kernel was given: fill in b->sources and b->entry_name */
	moves_reader *read; /* streams, its own and fw_cfg's */
	void (*stop)(void); /* nothing more will be read */
};

struct boot {
	/* The entry, and the first step, which reads what a launcher or QEMU has handed over.
	 */
	uint64_t handed; /* its address */
	struct launcher launcher;
	bool placed;         /* by QEMU: the first module */
	struct range zeroed; /* low memory, apart from our own, that is known to be zero */

	/* Map, fw_cfg's items, tables: before boot_kernel_file(). */
	struct memmap map;
	struct named_range fixed[BOOT_TABLES + 1]; /* the last one is BIOS data */
	struct named_range busy[IMAGE_RANGES + 1]; /* the last one is boot_room()'s */

	/* boot_kernel_file() to boot_blobs(). `items` is filled in by the first steps. */
	struct sources sources;
	const struct boot_source *other; /* NULL: none; for when no kernel was given */
	struct cmdline_words words;
	bool file_is_placed; /* it lies where it will run, and the facts are known */
	struct facts facts;  /* of a placed kernel by the first step, else by boot_probe() */

	/* The steps above put their part into the request; boot_plan() makes the plan of it. */
	uint8_t seed[PLAN_RNG_SEED];
	struct plan_request request;
	struct plan plan;
};

/* steps.c: what all bodies do. */

/*
 * sources.c: free memory for what must be read before there is a plan; of `name`, for messages.
 * Errors: REFUSAL_FW_CFG_STAGE, REFUSAL_SPACE_UNREACHABLE.
 */
enum refusal_code boot_room(struct boot *b, const char *name, uint64_t len, uint64_t *ret_addr,
        struct refusal *ret_why);

/* launched.c: read what the launcher handed over, then take the steps of kshim.elf. */
_Noreturn void boot_launched(struct boot *b, boot_step *read_launcher);

/* Add etc/e820 to the map, and that the ISA hole is the BIOS's. */
boot_step boot_read_e820;
/* Keep the plan off BIOS data and our own memory. */
boot_step boot_own_memory;
boot_step boot_plan;

/*
 * sources.c: stub/body/sources.h, with what was found here. Each returns REFUSAL_NONE or a
 * refusal with its subject set.
 */

/* Choose the file that has the kernel, and look whether it is a bundle. */
boot_step boot_kernel_file;
/* Join the command line into request.cmdline, take our words out of it, choose the console. */
boot_step boot_command_line;
/* Learn the kernel's facts, if they are not known, and say what was found. */
boot_step boot_probe;
/* List kernel and initrds as the request's blobs. */
boot_step boot_blobs;

/* execute.c: make all of the plan's places reachable; then, carry it out. */
boot_step execute_prepare;
boot_step execute;

#endif
