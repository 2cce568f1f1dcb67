/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * START, the one message that tells the guest's init all about CMD: from fields to bytes.
 */
#ifndef RUN_COMMAND_START_H
#define RUN_COMMAND_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "stub/base/bytes.h"
#include "tools/guest/protocol.h"

struct start {
	struct guest_start fixed; /* the counts are made */
	const gid_t *groups;
	uint32_t nr_groups;
	const char *host, *folder, *modules;
	char *const *args, *const *variables, *const *shares; /* each ends in NULL */
};

/*
 * The whole message, with its header; free() its bytes. False with errno if there is no memory,
 * or E2BIG if it has more than GUEST_START bytes.
 */
bool start_make(const struct start *start, struct span *ret_message);

#endif
