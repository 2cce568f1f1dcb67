/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels that were compressed as a whole (vmlinux.gz, xen.gz), made plain by libarchive, lzop
 * files by liblzo2.
 *
 * Only a file that starts with the magic of gzip, bzip2, xz, lzma, zstd, lz4 or lzop is
 * touched: libarchive's own guess would look into kernels too, and would undo any number of
 * compressions at once without saying so.
 */
#ifndef KSHIM_UNPACK_H
#define KSHIM_UNPACK_H

#include "tools/budget.h"
#include "tools/file.h"

/* The name of the compression that these bytes start with, or NULL. */
const char *compression_of(struct span bytes);

/* There are files that unpack to themselves. */
#define UNPACK_LAYERS 4

/*
 * One layer: what `packed` (of the file f->path) unpacks to into the empty `f`, at the cost of
 * the budget. Returns STATUS_OK; else f is empty and ret_why says what is wrong, with the path,
 * in a buffer of UNPACK_WHY bytes. It is STATUS_REFUSED when the budget is over, too.
 */
int unpack_bytes(struct span packed, struct file *f, struct budget *b, char *ret_why);

/* The same for a stream with something behind it; *ret_used is how many bytes are its own. */
int unpack_stream(struct span packed, struct file *f, struct budget *b, uint64_t *ret_used,
        char *ret_why);

/*
 * Replace f's bytes by what they unpack to, again if that is compressed too; leave a plain
 * file alone. Returns STATUS_OK, or STATUS_REFUSED after wording what is wrong with it.
 */
int unpack(struct file *f, struct budget *b);

#endif
