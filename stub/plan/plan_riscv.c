/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decides where a RISC-V kernel and its device tree lie.
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

/*
 * The kernel's segments from `addr` on. Each has the memory up to the next one, and the last up
 * to image_size, as in an Image: what no segment fills is zero.
 */
static enum refusal_code
place_segments(struct planner *p, uint64_t addr)
{
	const struct riscv_facts *k = &p->req->kernel->riscv;

	for (uint32_t i = 0; i < k->segments; i++) {
		const struct segment *s = &k->segment[i];
		uint64_t end = i + 1 < k->segments ? s[1].paddr : k->image_size;
		enum refusal_code code =
		        plan_add_segment(p, k->is_elf ? "kernel segment" : "kernel",
		                (struct range){addr + s->paddr, end - s->paddr}, s);

		if (code)
			return code;
	}
	return REFUSAL_NONE;
}

static enum refusal_code
refuse_kernel(struct planner *p)
{
	p->why->subject = "kernel";
	return p->why->code;
}

/* An ELF that cannot be moved has one place. */
static enum refusal_code
take_only_place(struct planner *p, struct range only)
{
	struct named_range blocker = {"the end of the address space", {0, 0}};

	if (range_fits(only.addr, only.len) && space_is_free(p, only, &blocker))
		return REFUSAL_NONE;
	refuse(p->why, REFUSAL_PLAN_KERNEL_PLACE, 0, 0, 0);
	p->why->a = (struct named_range){"kernel", only};
	p->why->b = blocker;
	return refuse_kernel(p);
}

static enum refusal_code
find_place(struct planner *p, uint64_t *ret_addr)
{
	const struct riscv_facts *k = &p->req->kernel->riscv;
	struct space_query q = {.len = k->image_size,
	        .align = RISCV_IMAGE_ALIGN,
	        .phase = k->text_offset & (RISCV_IMAGE_ALIGN - 1),
	        .last = UINT64_MAX};

	*ret_addr = k->fixed;
	if (k->fixed)
		return take_only_place(p, (struct range){k->fixed, k->image_size});
	if (space_find_rather_apart(p, &q, ret_addr))
		return REFUSAL_NONE;
	refuse(p->why, REFUSAL_PLAN_KERNEL_ROOM, q.align, space_largest(p, &q), q.len);
	return refuse_kernel(p);
}

static enum refusal_code
plan_kernel_image(struct planner *p)
{
	enum refusal_code code = check_cmdline(p);
	uint64_t addr;

	if (code)
		return code;
	if (p->req->protocol != PROTOCOL_AUTO && p->req->protocol != PROTOCOL_RISCV)
		return refuse_x86_protocol(p);
	code = find_place(p, &addr);
	if (code)
		return code;
	p->plan->protocol = PROTOCOL_RISCV;
	p->plan->entry = p->plan->kernel_load = addr;
	p->plan->displacement = 0;
	p->plan->kernel_alignment = RISCV_IMAGE_ALIGN;
	return place_segments(p, addr);
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
