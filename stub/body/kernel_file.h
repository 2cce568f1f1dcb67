/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that a kernel is in: all of it, a member of a bundle, a section of a unified kernel
 * image (which a bundle may have, too); in memory, or a stream.
 *
 * For bodies that understand a stream (a fw_cfg item) through a few windows before they know
 * where it goes: REFUSAL_NEED is answered here, by the body's own way of reading. The body
 * fills in blob, image and read, asks kernel_file_look(), then for line and facts. What the
 * probe refuses may be a unified kernel image, which is looked for only then: most files are
 * none. The words of the joined line choose its profile, and its own come before them.
 */
#ifndef KSHIM_KERNEL_FILE_H
#define KSHIM_KERNEL_FILE_H

#include "make_moves.h"
#include "stub/input/bundle.h"
#include "stub/input/cmdline.h"
#include "stub/input/uki.h"
#include "stub/probe/facts.h"

#define KERNEL_FILE_WINDOW  8192 /* least that is read of a stream at once, bytes */
#define KERNEL_FILE_PROFILE 64   /* of a profile's ID, with the NUL */
#define KERNEL_FILE_INITRDS 3    /* that one file may bring */

struct kernel_file {
	struct blob blob;      /* the whole file; its name is for messages */
	struct image image;    /* what of it is at hand */
	bool is_bundle;        /* otherwise `members` says: kernel = the whole file */
	bool is_uki;           /* the file, or the bundle's kernel */
	struct bundle members; /* of a unified kernel image that is taken: kernel = .linux */
	struct uki uki;        /* its parts once it is taken, as offsets in the whole file */
	char profile[KERNEL_FILE_PROFILE];

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

/*
 * The probe has refused its kernel with *code and *why: is it a unified kernel image? Sets
 * is_uki; if it is none, *code and *why stay as they are, or say why it cannot be read.
 */
bool kernel_file_is_uki(struct kernel_file *f, enum refusal_code *code, struct refusal *why);

/*
 * Take the unified kernel image apart, by the profile that kshim.profile= in `line` chooses:
 * sets uki, and members to what the kernel is now.
 * Errors: uki_read()'s too.
 */
enum refusal_code kernel_file_take_uki(
        struct kernel_file *f, const struct cmdline *line, struct refusal *ret_why);

/*
 * Append the file's own command line: that of the unified kernel image, then the bundle's.
 * Errors: cmdline_append()'s too.
 */
enum refusal_code kernel_file_line(
        struct kernel_file *f, struct cmdline *line, struct refusal *ret_why);

/* What the kernel is. Errors: the probe's too. */
enum refusal_code kernel_file_probe(struct kernel_file *f, kernel_prober *probe,
        struct facts *ret_facts, struct refusal *ret_why);

/*
 * All of this for a caller that has the whole line: what the kernel is, if need be after a
 * unified kernel image has been taken apart; its own line must then be joined before the rest.
 * Errors: those of kernel_file_probe() and kernel_file_take_uki().
 */
enum refusal_code kernel_file_read(struct kernel_file *f, kernel_prober *probe,
        const struct cmdline *line, struct facts *ret_facts, struct refusal *ret_why);

/*
 * The initrds that the file brings, in their order: .ucode and .initrd, then the bundle's.
 * Returns how many; they have no names yet.
 */
uint32_t kernel_file_initrds(
        const struct kernel_file *f, struct blob ret_initrd[KERNEL_FILE_INITRDS]);

/* What the file is besides a kernel, for messages: "a bundle"; NULL if it is the kernel. */
const char *kernel_file_form(const struct kernel_file *f);

/* A part of the file (a member) as a blob of its own, without a name yet. */
struct blob kernel_file_member(const struct kernel_file *f, uint64_t off, uint64_t len);

#endif
