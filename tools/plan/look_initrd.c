/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/plan/look.h"
bool
look_at_initrds(struct plan_case *c, struct findings *f, int *ret_status)
{
	(void)c;
	(void)f;
	(void)ret_status;
	return true;
}
