/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/plan/target.h"
enum refusal_code
target_riscv(struct plan_case *c, uint64_t memory)
{
	(void)memory;
	return refuse(&c->why, REFUSAL_KERNEL_ARCH, 0, 0, 0);
}
