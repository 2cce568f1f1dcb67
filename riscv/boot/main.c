/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of a boot on RISC-V, from the firmware's device tree to the kernel's first
 * instruction.
 *
 * Linux Documentation/arch/riscv/boot.rst: a0 hart, a1 device tree, satp 0, other harts left in
 * the firmware (HSM). Everything that can be refused is refused before the first byte is
 * written.
 */
#include "riscv/base/console.h"
#include "riscv/base/die.h"
#include "riscv/base/own_image.h"
#include "riscv/base/protect.h"
#include "riscv/boot/execute.h"
#include "riscv/boot/fw_cfg.h"
#include "riscv/boot/harts.h"
#include "riscv/boot/head.h"
#include "riscv/boot/sources.h"
#include "riscv/guest/guest.h"
#include "stub/body/report_lines.h"
#include "stub/wire/fdt.h"

static enum refusal_code
read_tree(struct boot *b, struct refusal *ret_why)
{
	const uint8_t *at = (const uint8_t *)(uintptr_t)b->tree_addr;
	struct span header = {at, sizeof(struct fdt_header)};
	enum refusal_code code;

	ret_why->subject = "device tree";
	code = fdt_open((struct span){at, fdt_total_size(header)}, &b->tree, ret_why);
	if (!code)
		code = riscv_machine_read(&b->tree, &b->machine, ret_why);
	if (code)
		ret_why->subject = "device tree";
	else
		protect(&b->machine);
	b->body.keep = body_riscv_keep((uintptr_t)kshim_start, (uintptr_t)kshim_end);
	return code;
}

static enum refusal_code
read_fw_cfg(struct boot *b, struct refusal *ret_why)
{
	const struct riscv_device *d = riscv_machine_find(&b->machine, DEVICE_FW_CFG);
	struct range none = {0, 0};

	console_set_uart(&b->tree, riscv_machine_find(&b->machine, DEVICE_UART));
	return fw_cfg_list(d ? d->reg : none, &b->sources.items, ret_why);
}

static const struct riscv_hart *
boot_hart(const struct boot *b)
{
	for (uint32_t i = 0; i < b->machine.harts; i++) {
		if (b->machine.hart[i].id == b->hart)
			return &b->machine.hart[i];
	}
	return NULL;
}

static enum refusal_code
choose_mode(struct boot *b, struct refusal *ret_why)
{
	const struct riscv_hart *h = boot_hart(b);
	bool can = h && fdt_boot_has_hart(h);
	enum refusal_code code = REFUSAL_NONE;

	b->mode = b->words.mode;
	if (b->mode == MODE_AUTO)
		code = boot_mode_item(b, &b->mode, ret_why);
	if (code)
		return code;
	if (b->mode == MODE_AUTO)
		b->mode = can ? MODE_GUEST : MODE_DIRECT;
	if (b->mode == MODE_GUEST && !can)
		return refuse(ret_why,
		        h && h->h ? REFUSAL_RISCV_NO_MMU_TYPE : REFUSAL_RISCV_NO_H, 0, b->hart,
		        0);
	return REFUSAL_NONE;
}

/* What the kernel gets of the machine, and from there the plan. */
static enum refusal_code
make_plan(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	struct body_riscv *body = &b->body;
	enum refusal_code code;

	body->tree = &b->tree;
	body->tree_addr = b->tree_addr;
	body->machine = &b->machine;
	body->boot_hart = b->hart;
	body->guest = b->mode == MODE_GUEST;
	if (body->guest) {
		guest_look_at_devices(&b->tree, &b->machine);
		body->sstc = guest_timer_is_sstc(&b->machine);
	}
	code = body_riscv_request(body, req, ret_why);
	req->kernel = &b->facts;
	req->protocol = b->words.protocol;
	if (!code)
		code = plan_riscv_make(req, &b->plan, ret_why);
	if (!code && !b->words.quiet)
		report_plan_lines(
		        console_line, &b->plan, body->guest ? "as a guest" : "directly");
	return code;
}

static enum refusal_code
prepare_guest(struct boot *b, struct refusal *ret_why)
{
	if (b->mode != MODE_GUEST)
		return REFUSAL_NONE;
	return guest_prepare(&b->machine, &b->body.guest_map, boot_hart(b), b->body.sstc,
	        b->words.quiet, ret_why);
}

static enum refusal_code
carry_out(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code;
	uint64_t tree;

	if (b->mode == MODE_DIRECT)
		harts_lay_to_sleep(&b->machine, b->hart);
	code = execute(b, ret_why);
	if (code)
		return code;
	tree = plan_find(&b->plan, PLACE_FDT)->range.addr;
	if (b->mode == MODE_GUEST)
		guest_start(b->hart, b->plan.entry, tree);
	enter_kernel(b->hart, tree, b->plan.entry);
}

void
kshim_main(uint64_t hart, uint64_t tree)
{
	static enum refusal_code (*const steps[])(struct boot *, struct refusal *) = {
	        read_tree,
	        read_fw_cfg,
	        boot_kernel_file,
	        boot_command_line,
	        choose_mode,
	        boot_probe,
	        boot_blobs,
	        make_plan,
	        prepare_guest,
	        carry_out,
	};
	static struct boot boot;
	struct refusal why = {.code = REFUSAL_NONE};

	boot.hart = hart;
	boot.tree_addr = tree;
	console_init();
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i](&boot, &why))
			die(&why);
	}
}
