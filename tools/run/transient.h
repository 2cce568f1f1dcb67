/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls on descriptors that do not block.
 */
#ifndef RUN_TRANSIENT_H
#define RUN_TRANSIENT_H

#include <errno.h>
#include <stdbool.h>

/* Did the call that has just failed only find nothing to do now, or a signal? */
static inline bool
is_transient(void)
{
	return errno == EAGAIN || errno == EINTR;
}

#endif
