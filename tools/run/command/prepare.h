/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the options to all that a command's machine needs besides a kernel: shares, command
 * line, initramfs, START.
 */
#ifndef RUN_COMMAND_PREPARE_H
#define RUN_COMMAND_PREPARE_H

#include "tools/run/inputs.h"
#include "tools/run/options.h"

struct command_setup {
	struct span start; /* for session_init() */
	bool terminal;     /* CMD gets one; its keys come from ours */
};

/*
 * With o->command: add the shares to o->engine, words to o->append, the initramfs to `in`.
 * STATUS_GO_ON, or a sentence and its status.
 */
int command_prepare(struct options *o, struct inputs *in, struct command_setup *ret_setup);

#endif
