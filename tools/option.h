/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the options of all commands have in common: choices and complaints.
 */
#ifndef KSHIM_OPTION_H
#define KSHIM_OPTION_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stub/input/cmdline.h"

/*
 * The next option as getopt_long() gives it, of short ones `letters` and long ones `options`.
 * For a wrong one '?', when this has said what is wrong and which one may have been meant.
 */
int option_next(int argc, char **argv, const char *letters, const struct option *options);

/* How many mistakes make `name` the `len` bytes that were typed; OPTION_FAR if it is another.
 */
size_t option_mistakes(const char *typed, size_t len, const char *name);
#define OPTION_FAR SIZE_MAX

/* Which of `words` (ended by NULL) is `text`; -1 if none. */
int option_choice(const char *text, const char *const *words);

/* A protocol by the name that kshim.protocol= takes. False if it is no such name. */
bool option_protocol(const char *text, enum protocol *ret_protocol);
#define OPTION_PROTOCOLS "auto, pvh, linux64 or linux32"

/* Say that `value` is not `wanted`. Returns STATUS_USAGE. */
int option_bad(const char *option, const char *value, const char *wanted);

#endif
