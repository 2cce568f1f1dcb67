/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of words between commas, of which the first is the component. */
#include "tools/sbat.h"

#include <string.h>

bool
sbat_names(struct span sbat, const char *component)
{
	uint64_t len = strlen(component);

	for (uint64_t i = 0; i < sbat.size; i++)
		if ((!i || sbat.base[i - 1] == '\n') && span_is(sbat, i, component, len) &&
		        span_u8(sbat, i + len) == ',')
			return true;
	return false;
}
