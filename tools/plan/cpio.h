/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An initramfs as Linux reads it (init/initramfs.c; Documentation/driver-api/early-userspace/
 * buffer-format.rst): newc archives, plain or compressed, one after the other.
 *
 * Reads only inside the span; says what is wrong as findings. The members are walked by hand
 * and not by libarchive, because the question is what Linux's own reader makes of these bytes,
 * and at which offset it gives up; libarchive is more lenient. Compressions are libarchive's.
 */
#ifndef PLAN_CPIO_H
#define PLAN_CPIO_H

#include "stub/base/bytes.h"
#include "tools/plan/findings.h"

struct cpio {
	const char *path;   /* of the file, for messages */
	const char *inside; /* name of the compression that the bytes were in, or NULL */
	struct findings *findings;
	uint32_t archives, members;
	bool init;         /* there is a member "init" */
	uint64_t unpacked; /* bytes of memory that the files take: whole pages */
};

/*
 * Walk one archive that starts at `off`. True and *ret_end is behind its trailer; false after a
 * finding of an error.
 */
bool cpio_walk(struct cpio *c, struct span bytes, uint64_t off, uint64_t *ret_end);

/*
 * Walk archives and zeros between them up to the end of the span, or to what is neither:
 * *ret_end is where. False after a finding of an error.
 */
bool cpio_walk_all(struct cpio *c, struct span bytes, uint64_t off, uint64_t *ret_end);

#endif
