/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the options of `kshim run` and `kshim plan` have in common: choices and complaints.
 */
#ifndef KSHIM_OPTION_H
#define KSHIM_OPTION_H

#include <stdbool.h>

#include "stub/input/cmdline.h"

/* Which of `words` (ended by NULL) is `text`; -1 if none. */
int option_choice(const char *text, const char *const *words);

/* A protocol by the name that kshim.protocol= takes. False if it is no such name. */
bool option_protocol(const char *text, enum protocol *ret_protocol);
#define OPTION_PROTOCOLS "auto, pvh, linux64 or linux32"

/* Say that `value` is not `wanted`. Returns STATUS_USAGE. */
int option_bad(const char *option, const char *value, const char *wanted);

#endif
