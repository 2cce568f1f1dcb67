/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How several initrds become one: what lies between a piece and the next.
 *
 * Linux (init/initramfs.c, lib/decompress_unlz4.c) looks for an archive on a multiple of 4 and
 * skips zeros before it. A legacy lz4 stream has no mark at its end: what follows is read as
 * the size of another chunk, and only a size of 0 ends it. Four zero bytes behind every piece,
 * then zeros up to a multiple of 4, suit all compressions. Nothing follows the last piece.
 */
#ifndef KSHIM_INITRD_JOIN_H
#define KSHIM_INITRD_JOIN_H

#include <stdint.h>

#define INITRD_GAP_MAX 7

/* Zero bytes between a piece of `len` bytes, which starts on a multiple of 4, and the next. */
static inline uint64_t
initrd_gap(uint64_t len)
{
	return len ? 4 + (-len & 3) : 0;
}

#endif
