/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exit status of `kshim run KERNEL -- CMD`: CMD's own, and beside those what env(1) and
 * timeout(1) have, and one for a machine that ended before CMD did.
 */
#ifndef RUN_COMMAND_OUTCOME_H
#define RUN_COMMAND_OUTCOME_H

#include "tools/run/command/serve.h"

enum outcome {
	OUTCOME_MACHINE = 123, /* the kernel panicked, crashed, reset, powered off */
	OUTCOME_TIMEOUT = 124,
	OUTCOME_KSHIM = 125, /* kshim cannot, or was left */
};

/*
 * The status for a run that came to `status`, one of tools/run/status.h, without CMD's end.
 * `gone`: the machine has ended by itself, whatever `status` calls that.
 */
int outcome_status(int status, bool gone);

/*
 * The status of a session that has ended or failed; says what there is to say of `command`. -1
 * if it has done neither.
 */
int outcome_of(const struct session *s, const char *command);

/*
 * The same with the streams' ends: `status` of the run, but for output that a signal or the
 * time-out left unwritten, and for a stream that failed although the command had not, which are
 * said.
 */
int outcome_of_streams(const struct serve *s, int status);

#endif
