/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members of a newc archive, as Linux unpacks them into its initramfs.
 *
 * Format: Linux Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#ifndef KSHIM_NEWC_WRITE_H
#define KSHIM_NEWC_WRITE_H

#include "tools/outfile.h"

#define NEWC_HEADER  110 /* bytes: the magic and 13 fields of 8 digits */
#define NEWC_FILE    0100644u
#define NEWC_PROGRAM 0100755u
#define NEWC_FOLDER  0040755u
#define NEWC_TRAILER "TRAILER!!!"

struct newc_member {
	const char *name;
	uint32_t name_len; /* c_namesize: with the NUL and all padding; 0: as long as it is */
	uint32_t mode, inode;
	const void *data;
	size_t len; /* at most 4 GiB - 1 */
};

/* Errors are kept in `out` until outfile_flush(). */
void newc_write(struct outfile *out, const struct newc_member *m);
/* The member that ends the archive. */
void newc_write_trailer(struct outfile *out);

#endif
