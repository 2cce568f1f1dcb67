/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels that were compressed as a whole (vmlinux.gz, xen.gz), made plain by libarchive.
 *
 * Only a file that starts with the magic of gzip, bzip2, xz, lzma, zstd, lz4 or lzop is
 * touched: libarchive's own guess would look into kernels too.
 */
#ifndef KSHIM_UNPACK_H
#define KSHIM_UNPACK_H

#include "tools/file.h"

/* The name of the compression that these bytes start with, or NULL. */
const char *compression_of(struct span bytes);

/*
 * Replace f's bytes by what they unpack to, again if that is compressed too; leave a plain
 * file alone. Returns STATUS_OK, or STATUS_REFUSED after wording what is wrong with it.
 */
int unpack(struct file *f);

#endif
