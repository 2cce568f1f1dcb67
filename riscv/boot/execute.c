/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries the plan out: the device tree first, then the moves in their order. No seed for
 * random numbers stays behind in the firmware's tree.
 *
 * Nothing of the plan touches kshim's own memory, so no move is late and no trampoline needed.
 */
#include "riscv/boot/execute.h"
#include "riscv/boot/fw_cfg.h"

static enum refusal_code
write_tree(struct boot *b, struct refusal *ret_why)
{
	const struct placement *p = plan_find(&b->plan, PLACE_FDT);
	uint64_t len;

	b->body.kernels_tree.initrd = b->plan.initrd;
	return fdt_boot_write(&b->body.kernels_tree, (uint8_t *)(uintptr_t)p->range.addr,
	        p->range.len, &len, ret_why);
}

/* The kernel has its copy, in its own tree; the firmware's lies in memory that it gets. */
static void
wipe_seeds(const struct fdt *firmwares)
{
	uint32_t cursor = 0;
	struct span seed;

	while (fdt_boot_next_seed(firmwares, &cursor, &seed))
		memset((void *)(uintptr_t)seed.base, 0, seed.size);
}

enum refusal_code
execute(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = write_tree(b, ret_why);

	if (!code)
		code = moves_do_early(&b->plan, fw_cfg_read, ret_why);
	if (!code)
		wipe_seeds(&b->tree);
	return code;
}
