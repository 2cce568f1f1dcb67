/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initramfs of a command's machine, made in memory: /init, and the modules that it loads as
 * /kshim/0.ko, 1.ko ... in the order of the list, unpacked, because init cannot do that.
 *
 * The archive itself is not compressed: it is in memory already, and the kernel would only
 * unpack it again.
 */
#ifndef RUN_COMMAND_INITRAMFS_H
#define RUN_COMMAND_INITRAMFS_H

#include "tools/run/command/modules.h"

/*
 * A file in memory with the archive: `init` is the program's bytes. STATUS_GO_ON, or a sentence
 * and its status.
 */
int initramfs_make(struct span init, const struct modules *m, int *ret_fd);

#endif
