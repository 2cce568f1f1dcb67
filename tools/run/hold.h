/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file as it is now, for as long as the guest runs: what was probed is what runs.
 *
 * The guest's memory is made from pages of files, and pages of a file that another program
 * writes to change under the guest; those of a file that shrinks end the process by SIGBUS.
 */
#ifndef RUN_HOLD_H
#define RUN_HOLD_H

#include <sys/stat.h>

/*
 * A descriptor whose bytes stay those of the regular file `fd`, which is `before` by fstat(): a
 * sealed copy in memory, holes kept, or `fd` itself if that file cannot change. It takes `fd`.
 * STATUS_GO_ON, or a sentence about the `name` at `path` and STATUS_HOST.
 */
int hold(int fd, const struct stat *before, const char *name, const char *path, int *ret_fd);

#endif
