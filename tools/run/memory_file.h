/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that is the guest's memory where another process is to see it.
 *
 * It lies on a tmpfs of its own that has pages of 2 MiB, if this process can mount one, as root
 * or in a user namespace: each first touch of a page is an exit, and Linux gives memory from
 * memfd_create(2) such pages only where the host's administrator says so (shmem_enabled). Else
 * it is a memfd.
 *
 * Nobody can cut a memfd. A file on a tmpfs cannot be sealed, so that the other process could
 * cut it, which ends the run.
 */
#ifndef RUN_MEMORY_FILE_H
#define RUN_MEMORY_FILE_H

#include <stdbool.h>

#include "tools/launch/layout.h"

/* A new, empty one, before the jail; -1 with errno if the host cannot. */
int memory_file_open(void);

/*
 * Make it as long as the layout, and all zero: it is new, or has been the memory of the same
 * layout. False with errno.
 */
bool memory_file_fit(int file, const struct layout *layout);

/*
 * An access of this process to a byte that is gone ends it with `status` and a sentence, after
 * `restore`, which is called in a signal handler. What the guest misses KVM tells.
 */
void memory_file_guard(void (*restore)(void), int status);

#endif
