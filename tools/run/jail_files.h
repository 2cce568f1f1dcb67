/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of the jail that is no filter: paths, descriptors, limits.
 */
#ifndef RUN_JAIL_FILES_H
#define RUN_JAIL_FILES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From here on no file is opened, changed or run by its path, and no TCP port is reached, as
 * far as this host's Landlock goes; a host without it is no failure. False with errno on
 * failure.
 */
bool jail_no_paths(void);

/* Close all descriptors but 0 to 2 and those of `keep`, which may hold -1. */
bool jail_keep_only(const int *keep, uint32_t count);

/*
 * No core file; no file that grows beyond `largest` bytes unless one of 1, 2 and `output` (-1:
 * none) is a file; no descriptor more unless the guest may be started `again`. Threads are not
 * limited, because KVM starts one of its own in the process at the first KVM_RUN; the filters
 * allow no other.
 */
bool jail_limit(int output, bool again, uint64_t largest);

#endif
