/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look at one boot of which the caller has read the files, as `kshim plan` looks at them:
 * what is refused, what would go wrong, how much memory it takes.
 *
 * The machine is a PC with any disk and console that a line may name, so that nothing is said
 * of a machine that is not known yet.
 */
#ifndef PLAN_BOOT_LOOK_H
#define PLAN_BOOT_LOOK_H

#include "tools/plan/findings.h"
#include "tools/plan/plan_case.h"
#include "tools/plan/unpacking.h"

struct boot_look {
	struct plan_case c; /* options: kernel, initrds, append, limit; data: the files */
	bool known;         /* its kernel and initrds were looked at before, the line was not */
	struct findings findings;
	struct unpacking unpacking;
	uint64_t least; /* bytes of memory; 0: not known, or none would do */
};

/* An empty look at a kernel of that name with these words of a command line. */
struct boot_look *boot_look_new(const char *kernel, const char *append, uint64_t limit);

/*
 * Plan it, and look at what goes with it: c.code and c.why, findings, least. Returns STATUS_OK
 * also if it is refused; after a sentence STATUS_REFUSED or STATUS_HOST if it was not looked
 * at.
 */
int boot_look_make(struct boot_look *look);

void boot_look_free(struct boot_look *look);

#endif
