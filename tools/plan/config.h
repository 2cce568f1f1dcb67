/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's configuration, as far as it can be had: given, inside the kernel (IKCONFIG), or
 * config-VERSION beside its file.
 */
#ifndef PLAN_CONFIG_H
#define PLAN_CONFIG_H

#include "tools/plan/plan_case.h"

struct config {
	struct file text;     /* size 0: none was found */
	char from[256];       /* where it comes from, for people */
	char why[UNPACK_WHY]; /* why that inside the kernel was not looked for to the end, or ""
	                       */
};

/* False with *ret_status if --config cannot be read. Give it back with file_free(). */
bool config_find(struct plan_case *c, struct config *ret_config, int *ret_status);

#endif
