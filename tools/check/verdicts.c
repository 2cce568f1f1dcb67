/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of verdicts.def, and who fails by them.
 */
#include <string.h>

#include "tools/check/verdicts.h"

#define VERDICT(ident, name, who) const char V_##ident[] = name;
#include "tools/check/verdicts.def"
#undef VERDICT

static const struct {
	const char *name, *who;
} verdicts[] = {
#define VERDICT(ident, name, who) {name, who},
#include "tools/check/verdicts.def"
#undef VERDICT
};

const char *
verdict_who(const char *name)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (strcmp(verdicts[i].name, name) == 0 && verdicts[i].who[0])
			return verdicts[i].who;
	return NULL;
}
