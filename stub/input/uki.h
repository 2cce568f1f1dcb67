/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A unified kernel image into the places of its kernel, command line and initrds.
 *
 * UAPI Group Specifications, "Unified Kernel Image": a PE file whose sections hold the parts. A
 * .profile section starts a profile; what stands before the first one belongs to all profiles,
 * and what a profile has itself comes before that. Nothing is copied: the parts are where they
 * lie in the file. Surprising: a bzImage is a PE file, too, and so is an Image; only a .linux
 * section makes a unified kernel image.
 */
#ifndef KSHIM_UKI_H
#define KSHIM_UKI_H

#include "image.h"
#include "stub/base/refusal.h"

struct uki_part {
	uint64_t off, len; /* bytes in the file; 0, 0 if it is not there */
};

struct uki {
	struct uki_part kernel;  /* .linux */
	struct uki_part cmdline; /* .cmdline, as it is in the file */
	struct uki_part ucode;   /* .ucode: the first initrd */
	struct uki_part initrd;  /* .initrd */
};

/*
 * Is the file one, for a machine that kshim knows (x86-64, i386, riscv64)? Others are named by
 * the probe that is given them as a kernel.
 * Errors: REFUSAL_NEED, REFUSAL_PE_HEADER.
 */
enum refusal_code uki_look(const struct image *im, bool *ret_found, struct refusal *ret_why);

/* Is the word "@N", of at most four decimal digits? Then *ret_number is N. */
bool uki_profile_number(const char *word, uint32_t *ret_number);

/*
 * The parts that profile `profile` has: "@N" counts from 0, any other text is the ID in a
 * .profile section, "" is the first one. `profile` must outlive *ret_why.
 * Errors: REFUSAL_NEED; REFUSAL_PE_HEADER (a part that ends after the file);
 * REFUSAL_EFI_PROFILE (no profile of that number), REFUSAL_UKI_PROFILE (none of that ID).
 */
enum refusal_code uki_read(const struct image *im, const char *profile, struct uki *ret_uki,
        struct refusal *ret_why);

#endif
