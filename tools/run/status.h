/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exit statuses of `kshim run` beyond those that all commands share.
 *
 * The numbers are promised in tools/run/README.md and --help.
 */
#ifndef RUN_STATUS_H
#define RUN_STATUS_H

#include "tools/cmd.h"

enum run_status {
	STATUS_CRASH = 4,   /* triple fault, internal error, an exit that is not handled */
	STATUS_TIMEOUT = 5, /* --timeout ran out */
	STATUS_EARLY = 6,   /* the guest ended before the expected text */
	STATUS_RESET = 7,   /* the guest reset, and --reboot=again was not given */
	STATUS_PANIC = 8,   /* with --expect or --timeout: the kernel panicked */
	STATUS_JAIL = 9,    /* kshim made a system call that its jail does not allow */

	STATUS_SIGNALLED = 128, /* and a signal's number, as shells say it: it ended the run */

	STATUS_GO_ON = -1, /* no end yet: the next step may run */
};

#endif
