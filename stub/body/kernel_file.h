/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that a kernel is in: all of it, or a member of a bundle; in memory, or a stream.
 *
 * For bodies that understand a stream (a fw_cfg item) through a few windows before they know
 * where it goes: REFUSAL_NEED is answered here, by the body's own way of reading. The body
 * fills in blob, image and read, asks kernel_file_look(), then for line and facts.
 */
#ifndef KSHIM_KERNEL_FILE_H
#define KSHIM_KERNEL_FILE_H

#include "make_moves.h"
#include "stub/input/bundle.h"
#include "stub/input/cmdline.h"
#include "stub/probe/facts.h"

#define KERNEL_FILE_WINDOW 8192 /* least that is read of a stream at once, bytes */

struct kernel_file {
	struct blob blob;   /* the whole file; its name is for messages */
	struct image image; /* what of it is at hand */
	bool is_bundle;     /* otherwise `members` says: kernel = the whole file */
	struct bundle members;

	moves_reader *read;
	/*
	 * The windows are used up: bring the whole file to memory, and give blob and image
	 * anew. NULL: such a file is refused.
	 */
	enum refusal_code (*stage)(void *context, struct refusal *ret_why);
	void *context;

	uint64_t used; /* bytes of `room` */
	uint8_t room[IMAGE_WINDOWS * KERNEL_FILE_WINDOW];
};

/* A reader of kernels: kernel_probe() or one for a single format. */
typedef enum refusal_code kernel_prober(
        const struct image *im, struct facts *ret_facts, struct refusal *ret_why);

/*
 * Is it a bundle? Sets is_bundle and members.
 * Errors: bundle_read()'s, those of read and stage, FW_CFG_STAGE. Here and below the refusal's
 * subject is the file's name, unless it has one.
 */
enum refusal_code kernel_file_look(struct kernel_file *f, struct refusal *ret_why);

/* Append the bundle's command line, if there is one. Errors: cmdline_append()'s too. */
enum refusal_code kernel_file_line(
        struct kernel_file *f, struct cmdline *line, struct refusal *ret_why);

/* What the kernel is. Errors: the probe's too. */
enum refusal_code kernel_file_probe(struct kernel_file *f, kernel_prober *probe,
        struct facts *ret_facts, struct refusal *ret_why);

/* A part of the file (a member) as a blob of its own, without a name yet. */
struct blob kernel_file_member(const struct kernel_file *f, uint64_t off, uint64_t len);

#endif
