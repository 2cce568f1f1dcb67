/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks at what goes with the kernel: initrds, command line, and what the machine has of it.
 */
#ifndef PLAN_LOOK_H
#define PLAN_LOOK_H

#include "tools/plan/case.h"
#include "tools/plan/findings.h"
#include "tools/plan/unpacking.h"

/*
 * The initrds' archives, and what they unpack to; false with *ret_status if the configuration
 * cannot be read.
 */
bool look_at_initrds(struct plan_case *c, struct findings *f, struct unpacking *ret_unpacking,
        int *ret_status);

/* Length, console=, root= and the like of the command line. */
void look_at_words(const struct plan_case *c, struct findings *f);

#endif
