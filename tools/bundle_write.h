/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bundle's writer; its reader is stub/input/bundle.h, which tells the format.
 */
#ifndef KSHIM_BUNDLE_WRITE_H
#define KSHIM_BUNDLE_WRITE_H

#include "tools/file.h"
#include "tools/outfile.h"

struct bundle_parts {
	const struct file *kernel;  /* plain, at most 4 GiB - 1 bytes */
	const char *cmdline;        /* NULL if none */
	const struct file *initrds; /* in the order in which Linux reads them */
	unsigned nr_initrds;
};

/* Write the whole bundle; errors are kept in `out` until outfile_flush(). */
void bundle_write(const struct bundle_parts *parts, struct outfile *out);

/*
 * Where the data of file `i` (0: the kernel, then the initrds; sizes in len[0..files)) starts
 * in such a bundle without a command line; for i == files, how long the bundle is.
 */
uint64_t bundle_offset(const uint64_t *len, uint32_t files, uint32_t i);

#endif
