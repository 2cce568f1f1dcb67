/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening a file that was named: only a regular one, because a FIFO or a terminal would be
 * waited for, a device may do something when it is opened, and /dev/zero has no end.
 */
#ifndef KSHIM_REGULAR_H
#define KSHIM_REGULAR_H

#include <sys/stat.h>

/*
 * Open `path` for reading, without waiting. Returns NULL; else why not, as words behind "cannot
 * read FILE: ", with errno, which is 0 if the file is there and no regular one.
 */
const char *regular_open(const char *path, int *ret_fd, struct stat *ret_stat);

/* Why a file of this mode is not read; NULL if it is a regular one. */
const char *regular_why(mode_t mode);

#endif
