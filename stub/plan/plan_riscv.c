/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decides where a RISC-V Image and its device tree lie.
 *
 * Linux Documentation/arch/riscv/boot-image-header.rst and boot.rst: text_offset bytes after a
 * 2-MiB boundary, with image_size bytes of RAM (BSS included); the device tree 8-byte aligned.
 * The kernel goes as low as it can, because Linux before 6.2 loses the memory below it. Command
 * line and initrd travel in the device tree, so nothing else is handed over.
 */
#include "planner.h"
#include "stub/wire/riscv_image.h"

#define CMDLINE_MAX 1023 /* COMMAND_LINE_SIZE - 1 on RISC-V */

static enum refusal_code
check_cmdline(struct planner *p)
{
	uint64_t len = p->req->cmdline.len;

	if (len <= CMDLINE_MAX)
		return REFUSAL_NONE;
	refuse(p->why, REFUSAL_CMDLINE_LONG, CMDLINE_MAX, len, CMDLINE_MAX);
	p->why->subject = "command line";
	return p->why->code;
}

static enum refusal_code
refuse_x86_protocol(struct planner *p)
{
	refuse(p->why, REFUSAL_CMDLINE_WORD, 0, 0, 0);
	p->why->subject = "command line";
	p->why->detail = "kshim.protocol= is for x86 kernels";
	return p->why->code;
}

static enum refusal_code
plan_kernel_image(struct planner *p)
{
	const struct riscv_facts *k = &p->req->kernel->riscv;
	struct space_query q = {.len = k->image_size,
	        .align = RISCV_IMAGE_ALIGN,
	        .phase = k->text_offset & (RISCV_IMAGE_ALIGN - 1),
	        .last = UINT64_MAX};
	enum refusal_code code = check_cmdline(p);
	uint64_t addr;
	struct placement *pl;

	if (code)
		return code;
	if (p->req->protocol != PROTOCOL_AUTO && p->req->protocol != PROTOCOL_RISCV)
		return refuse_x86_protocol(p);
	if (!space_find_rather_apart(p, &q, &addr)) {
		refuse(p->why, REFUSAL_PLAN_KERNEL_ROOM, 0, space_largest(p, &q), q.len);
		p->why->subject = "kernel";
		return p->why->code;
	}
	pl = plan_add(p, PLACE_KERNEL, "kernel", (struct range){addr, k->image_size});
	if (!pl)
		return p->why->code;
	pl->blob = 0;
	pl->data_len = p->req->kernel->size;
	pl->zero_rest = true;
	p->plan->protocol = PROTOCOL_RISCV;
	p->plan->entry = p->plan->kernel_load = addr;
	p->plan->displacement = 0;
	p->plan->kernel_alignment = RISCV_IMAGE_ALIGN;
	return REFUSAL_NONE;
}

static enum refusal_code
plan_fdt(struct planner *p)
{
	struct space_query q = {
	        .align = PAGE, .last = UINT64_MAX, .top_down = true, .avoid = AVOID_BOTH};
	bool fits = align_up(p->req->fdt_len, PAGE, &q.len);
	uint64_t addr;

	if (!fits || !space_find(p, &q, &addr)) {
		refuse(p->why, REFUSAL_PLAN_HANDOFF_ROOM, q.last,
		        fits ? space_largest(p, &q) : 0, p->req->fdt_len);
		p->why->detail = "device tree";
		p->why->subject = "memory";
		return p->why->code;
	}
	return plan_add(p, PLACE_FDT, "device tree", (struct range){addr, q.len})
	               ? REFUSAL_NONE
	               : p->why->code;
}

enum refusal_code
plan_riscv_make(const struct plan_request *req, struct plan *ret_plan, struct refusal *ret_why)
{
	struct planner p;

	if (plan_begin(&p, req, ret_plan, ret_why) || plan_kernel_image(&p) || plan_fdt(&p) ||
	        plan_initrds(&p) || plan_moves(&p))
		return ret_why->code;
	return REFUSAL_NONE;
}
