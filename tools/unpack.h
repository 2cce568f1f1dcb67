/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels that were compressed as a whole (vmlinux.gz, xen.gz), made plain by libarchive, lzop
 * files by liblzo2.
 *
 * Only a file that starts with the magic of gzip, bzip2, xz, lzma, zstd, lz4 or lzop is
 * touched: libarchive's own guess would look into kernels too.
 */
#ifndef KSHIM_UNPACK_H
#define KSHIM_UNPACK_H

#include "tools/file.h"

/* The name of the compression that these bytes start with, or NULL. */
const char *compression_of(struct span bytes);

#define UNPACK_WHY 200

/*
 * One layer: what `packed` (of the file f->path) unpacks to into the empty `f`. Returns
 * STATUS_OK; else f is empty and ret_why says what is wrong, with the path, in a buffer of
 * UNPACK_WHY bytes.
 */
int unpack_bytes(struct span packed, struct file *f, char *ret_why);

/* The same for a stream with something behind it; *ret_used is how many bytes are its own. */
int unpack_stream(struct span packed, struct file *f, uint64_t *ret_used, char *ret_why);

/*
 * Replace f's bytes by what they unpack to, again if that is compressed too; leave a plain
 * file alone. Returns STATUS_OK, or STATUS_REFUSED after wording what is wrong with it.
 */
int unpack(struct file *f);

#endif
