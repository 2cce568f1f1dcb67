/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which file holds the kernel, which are its initrds, and what its command line is joined from:
 * the rules of every body that is started with fw_cfg and files of a launcher.
 *
 *   kernel        fw_cfg's opt/org.kshim/kernel, else the first offered file; either may be a
 *                 bundle, and the kernel of either a unified kernel image
 *   initrds       the image's .ucode and .initrd, the bundle's, fw_cfg's in the order of their
 *                 numbers, the offered files that are left
 *   command line  the image's, the bundle's, the boot entry's, fw_cfg's, the launcher's
 *
 * The body fills in what it found, and gives a function that reads fw_cfg; then it calls the
 * functions below in their order. "Offered" are PVH's modules, the initrd of
 * /chosen, or what a disk's boot entry names.
 */
#ifndef KSHIM_SOURCES_H
#define KSHIM_SOURCES_H

#include "kernel_file.h"
#include "stub/input/fw_cfg_items.h"
#include "stub/plan/plan.h"

#define SOURCES_LINE 8192 /* bytes of a command line that a body can hold */
#define SOURCES_NAME 16   /* "initrd 32" */

struct sources {
	/* What the body found. */
	struct fw_cfg_items items;  /* all zeroes without fw_cfg */
	const struct blob *offered; /* a name of its own is kept */
	uint32_t nr_offered;
	bool by_entry;          /* a boot entry names what is offered, and has */
	struct span entry_line; /* these options */
	struct span launchers_line;
	bool keep_empty;                     /* an empty file counts as an initrd */
	bool first_is_kernel;                /* the first offered file is never an initrd */
	struct kernel_file file;             /* the body sets read, stage and context */
	char line[SOURCES_LINE];             /* request.cmdline.text points here */
	uint8_t part[SOURCES_LINE];          /* fw_cfg's part of it */
	char name[PLAN_BLOBS][SOURCES_NAME]; /* of initrds without one */
};

/* Choose the file with the kernel and open it, unread. False: there is none. */
bool sources_choose(struct sources *s);

/*
 * Join the line into `line`, and take our words out of it. The refusal's subject is set.
 * Errors: those of kernel_file_line(), cmdline_append(), cmdline_take_words() and file.read;
 * REFUSAL_CMDLINE_BUFFER.
 */
enum refusal_code sources_command_line(struct sources *s, struct cmdline *line,
        struct cmdline_words *ret_words, struct refusal *ret_why);

/*
 * What the kernel is. Of a unified kernel image, `line` and `words` are made anew, with its own
 * line first: a body that has used them already (file.is_uki says so) must do it again.
 * Errors: the probe's, kernel_file_take_uki()'s, sources_command_line()'s.
 */
enum refusal_code sources_probe(struct sources *s, kernel_prober *probe, struct cmdline *line,
        struct cmdline_words *words, struct facts *ret_facts, struct refusal *ret_why);

/*
 * Fw_cfg's part of the line and the launcher's, with our words in it, for what must be known
 * before there is a kernel. Errors: cmdline_append()'s, file.read's, REFUSAL_CMDLINE_BUFFER.
 */
enum refusal_code sources_given_line(
        struct sources *s, struct cmdline *ret_line, struct refusal *ret_why);

/*
 * Is there what the words choose from? Errors: REFUSAL_UKI_NONE (kshim.profile=, and the kernel
 * has no profiles); REFUSAL_CMDLINE_WORD (kshim.entry=, and the kernel was given).
 */
enum refusal_code sources_check_words(
        const struct sources *s, const struct cmdline_words *words, struct refusal *ret_why);

/* Kernel and initrds as the request's blobs. Errors: sources_add()'s. */
enum refusal_code sources_blobs(
        struct sources *s, struct plan_request *req, struct refusal *ret_why);

/* Append a file to the request's blobs. Errors: REFUSAL_PLAN_TOO_MANY. */
enum refusal_code sources_add(
        struct plan_request *req, struct blob blob, struct refusal *ret_why);

#endif
