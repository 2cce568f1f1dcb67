/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --dry-run: the plan as text.
 */
#ifndef RUN_PLAN_PRINT_H
#define RUN_PLAN_PRINT_H

#include "tools/run/boot.h"

/* Print what would go where, and with which state the boot CPU would start. */
int plan_print(const struct boot *boot);

#endif
