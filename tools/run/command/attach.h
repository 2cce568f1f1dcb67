/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command's session beside the machine: made before it, attended in the main thread's loop.
 */
#ifndef RUN_COMMAND_ATTACH_H
#define RUN_COMMAND_ATTACH_H

#include "tools/run/command/prepare.h"
#include "tools/run/command/serve.h"
#include "tools/run/machine.h"

/*
 * The one session, for this process's standard input, output and error, and the console's end
 * of its port, which does not block. NULL with errno if the host cannot.
 */
struct serve *attach_session(const struct command_setup *setup, int *ret_port);

/* Wait for the session, for keys, for the machine's ending, or `ms`; do what is possible. */
void attach_wait(struct machine *m, uint64_t ms);

#endif
