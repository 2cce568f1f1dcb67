/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows that programs under sanitizers add to the jail.
 */
#include <stddef.h>
#include <sys/mman.h>

#include "tools/run/jail.h"

const struct jail_row jail_more[] = {
#include "tests/unit/jail_more.def"
        {0}};
