/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan for whichever machine the kernel is for; see plan.h.
 *
 * A file of its own, so that a body that knows its machine links the other's steps not at all.
 */
#include "plan.h"

enum refusal_code
plan_make(const struct plan_request *req, struct plan *ret_plan, struct refusal *ret_why)
{
	return req->kernel->format == KERNEL_RISCV ? plan_riscv_make(req, ret_plan, ret_why)
	                                           : plan_x86_make(req, ret_plan, ret_why);
}
