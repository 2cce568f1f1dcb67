/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "Linux version 6.1.0 (who@where) (compiler) #1 ..." in a plain kernel, as init/version.c
 * makes it.
 */
#ifndef KSHIM_LINUX_BANNER_H
#define KSHIM_LINUX_BANNER_H

#include <stdbool.h>

#include "stub/base/bytes.h"

#define LINUX_BANNER "Linux version "

/* The first such line within BUDGET_LOOK bytes, without its end; false if there is none. */
bool linux_banner_find(struct span plain, struct span *ret_line);

#endif
