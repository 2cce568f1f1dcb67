/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a newc archive of folders and plain files into memory, as Linux unpacks it.
 *
 * Linux Documentation/driver-api/early-userspace/buffer-format.rst. Every byte follows from
 * names, modes and contents (no times, owner 0, inodes counted from 1), because a TPM measures
 * what is written here. The first writing, without a buffer, only counts.
 */
#ifndef KSHIM_NEWC_WRITE_H
#define KSHIM_NEWC_WRITE_H

#include "stub/base/bytes.h"

struct newc {
	uint8_t *base;  /* NULL: count only */
	uint64_t room;  /* bytes at `base` */
	uint64_t len;   /* bytes of the archive; what does not fit is counted, not written */
	uint32_t inode; /* of the member before */
};

/* The folder `path`, "a/b", with `mode`; those above it come first and are 0555. */
void newc_folder(struct newc *a, const char *path, uint32_t mode);

/* A file FOLDER/NAME of at most UINT32_MAX bytes; false, and nothing written, if it has more.
 */
bool newc_file(struct newc *a, const char *folder, const char *name, uint32_t mode,
        struct span content);

void newc_end(struct newc *a);

#endif
