/* SPDX-License-Identifier: BSD-2-Clause */
/* placeholder */
#include "tools/plan/show.h"
int
show_svg(const char *path, const struct show *show)
{
	(void)path;
	(void)show;
	return STATUS_OK;
}
