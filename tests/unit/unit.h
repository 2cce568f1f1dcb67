/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit test includes first: cmocka needs these four headers before it. */
#ifndef KSHIM_UNIT_H
#define KSHIM_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
