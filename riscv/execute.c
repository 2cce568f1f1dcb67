/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries the plan out: the device tree first, then the moves in their order.
 *
 * Nothing of the plan touches kshim's own memory, so no move is late and no trampoline needed.
 */
#include "riscv/boot.h"
#include "riscv/fw_cfg.h"

static enum refusal_code
write_tree(struct boot *b, struct refusal *ret_why)
{
	const struct placement *p = plan_find(&b->plan, PLACE_FDT);
	uint64_t len;

	b->body.kernels_tree.initrd = b->plan.initrd;
	return fdt_boot_write(&b->body.kernels_tree, (uint8_t *)(uintptr_t)p->range.addr,
	        p->range.len, &len, ret_why);
}

static enum refusal_code
do_move(const struct move *m, struct refusal *ret_why)
{
	void *dst = (void *)(uintptr_t)m->dst;

	switch (m->op) {
	case MOVE_COPY:
		memmove(dst, (const void *)(uintptr_t)m->src, m->len);
		break;
	case MOVE_READ:
		return fw_cfg_read(m->handle, "to be loaded", m->src, dst, m->len, ret_why);
	case MOVE_ZERO:
		memset(dst, 0, m->len);
		break;
	}
	return REFUSAL_NONE;
}

enum refusal_code
execute(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = write_tree(b, ret_why);

	for (uint32_t i = 0; !code && i < b->plan.moves; i++)
		code = do_move(&b->plan.move[i], ret_why);
	return code;
}
