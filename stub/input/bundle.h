/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bundle: kernel, command line and initrd in one file, for launchers that pass one.
 *
 * A bundle starts at byte 0 with one uncompressed newc archive (magic 070701) up to its
 * TRAILER!!!, holding one regular kshim/kernel and at most one kshim/cmdline; the initrd
 * follows after zeros. Format of the archive: Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst. Linux, given a whole bundle as
 * its initrd, drops both members: their directory does not exist.
 */
#ifndef KSHIM_BUNDLE_H
#define KSHIM_BUNDLE_H

#include "image.h"
#include "stub/base/refusal.h"

struct bundle {
	uint64_t kernel_off, kernel_len;   /* bytes in the file */
	uint64_t cmdline_off, cmdline_len; /* 0, 0 if none */
	uint64_t initrd_off, initrd_len;   /* 0, 0 if none */
};

/*
 * Read the bundle in `im`. *ret_found says whether it is one: false with REFUSAL_NONE for a
 * file of another kind, a plain initramfs included.
 * Errors: REFUSAL_NEED; REFUSAL_BUNDLE_TRUNCATED (where = the header or data cut short),
 * _NAME (c_namesize over 4096 or 0), _DIGIT (a header field that is not hexadecimal),
 * _DUPLICATE, _LINK (one of ours is no regular file, or has links), once a member of ours
 * has shown that it is meant as a bundle; before that a broken archive is just not a bundle.
 */
enum refusal_code bundle_read(const struct image *im, bool *ret_found,
        struct bundle *ret_bundle, struct refusal *ret_why);

#endif
