/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verdicts' names and what judges them. verdicts.def lists all.
 */
#ifndef CHECK_VERDICTS_H
#define CHECK_VERDICTS_H

#include "tools/check/report.h"

/* V_ELF_SIZES and so on: the stable names. */
#define VERDICT(ident, name, who) extern const char V_##ident[];
#include "tools/check/verdicts.def"
#undef VERDICT

/* Who fails by it; NULL if none is known. */
const char *verdict_who(const char *name);

#endif
