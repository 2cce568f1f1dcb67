/* SPDX-License-Identifier: BSD-2-Clause */
#include "outcome.h"

#include <errno.h>
#include <string.h>

#include "tools/run/status.h"

int
outcome_status(int status, bool gone)
{
	switch (status) {
	case STATUS_TIMEOUT:
		return OUTCOME_TIMEOUT;
	case STATUS_CRASH:
	case STATUS_RESET:
	case STATUS_PANIC:
		return OUTCOME_MACHINE;
	case STATUS_OK:
		return gone ? OUTCOME_MACHINE : OUTCOME_KSHIM;
	default:
		return status > STATUS_SIGNALLED ? status : OUTCOME_KSHIM;
	}
}

int
outcome_of(const struct session *s, const char *command)
{
	int status;

	if (s->state == SESSION_FAILED)
		return fail(OUTCOME_KSHIM, "%s", s->why);
	if (s->state != SESSION_ENDED)
		return -1;
	status = session_status(s);
	if (s->error == ELIBACC)
		return fail(status,
		        "cannot run %s: it is there, but the interpreter or loader that it names is not",
		        command);
	if (s->error)
		return fail(status, "cannot run %s: %s", command,
		        strerror((int)(s->error & 0xfff)));
	return status;
}

int
outcome_of_streams(const struct serve *s, int status)
{
	if (s->left && serve_unwritten(s))
		return fail(STATUS_SIGNALLED + s->left, "ended by signal %d", s->left);
	if (s->late)
		return fail(OUTCOME_TIMEOUT,
		        "the command has ended, but not all of its output was read in time");
	if (s->failed)
		return fail(status ? status : OUTCOME_KSHIM, "%s: %s", s->failed_at,
		        strerror(s->failed));
	return status;
}
