/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What CMD gets of the process that called kshim: who it is, where it is, its umask, its
 * variables, its terminal.
 */
#ifndef RUN_COMMAND_CALLER_H
#define RUN_COMMAND_CALLER_H

#include <limits.h>
#include <stdbool.h>

#include "tools/run/command/start.h"

/*
 * Does a variable ("NAME=VALUE") mean the same inside of the machine? What names a socket, a
 * display or a session of the host does not.
 */
bool caller_keeps(const char *variable);

/*
 * The path that the folder `path` has in a tree whose root is `root`, both as realpath(3) gives
 * them, as the end of `path`; NULL if it is not in the tree.
 */
const char *caller_inside(const char *path, const char *root);

/*
 * Fill in `start`, but for its arguments, shares and overlay: kept in static memory, because
 * there is one caller. A working directory that is not in the tree `root` (a realpath) becomes
 * its root. NULL, or with errno how CMD cannot be run, because the host cannot tell.
 */
const char *caller_read(const char *root, struct start *ret_start);

/* Is standard input our terminal, with its keys given to other processes? */
bool caller_in_background(void);

#endif
