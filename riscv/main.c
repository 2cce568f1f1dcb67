/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of a boot on RISC-V, from the firmware's device tree to the kernel's first
 * instruction.
 *
 * Linux Documentation/arch/riscv/boot.rst: a0 hart, a1 device tree, satp 0, other harts left in
 * the firmware (HSM). Everything that can be refused is refused before the first byte is
 * written.
 */
#include "riscv/boot.h"
#include "riscv/console.h"
#include "riscv/die.h"
#include "riscv/fw_cfg.h"
#include "riscv/guest.h"
#include "stub/wire/fdt.h"

#define KEEP_STEP (2 * MIB)

extern const uint8_t kshim_start[], kshim_end[];

void kshim_main(uint64_t hart, uint64_t tree);

static enum refusal_code
read_tree(struct boot *b, struct refusal *ret_why)
{
	const uint8_t *at = (const uint8_t *)(uintptr_t)b->tree_addr;
	struct span header = {at, sizeof(struct fdt_header)};
	uint64_t start = (uintptr_t)kshim_start, end;
	enum refusal_code code;

	ret_why->subject = "device tree";
	code = fdt_open((struct span){at, fdt_total_size(header)}, &b->tree, ret_why);
	if (!code)
		code = machine_read(&b->tree, &b->machine, ret_why);
	if (code)
		ret_why->subject = "device tree";
	if (!align_up((uintptr_t)kshim_end, KEEP_STEP, &end))
		end = (uintptr_t)kshim_end;
	start = align_down(start, PAGE);
	b->keep = (struct range){start, end - start};
	return code;
}

static enum refusal_code
read_fw_cfg(struct boot *b, struct refusal *ret_why)
{
	const struct machine_device *d = machine_find(&b->machine, DEVICE_FW_CFG);
	struct range none = {0, 0};

	console_set_uart(&b->tree, machine_find(&b->machine, DEVICE_UART));
	return fw_cfg_list(d ? d->reg : none, &b->items, ret_why);
}

static const struct machine_hart *
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
	const struct machine_hart *h = boot_hart(b);
	bool can = h && h->h && gstage_mode(h->mmu_levels);
	enum refusal_code code = REFUSAL_NONE;

	b->mode = b->words.mode;
	if (b->mode == MODE_AUTO)
		code = sources_mode(b, &b->mode, ret_why);
	if (code)
		return code;
	if (b->mode == MODE_AUTO)
		b->mode = can ? MODE_GUEST : MODE_DIRECT;
	if (b->mode == MODE_GUEST && !can)
		return refuse(ret_why, REFUSAL_RISCV_NO_H, 0, b->hart, 0);
	return REFUSAL_NONE;
}

static enum refusal_code
probe_kernel(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = sources_probe(b, ret_why);

	if (!code && !b->words.quiet)
		report_kernel(b);
	return code;
}

/* The memory that the kernel gets, and what the machine's tree becomes for it. */
static enum refusal_code
prepare_tree(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	enum refusal_code code = REFUSAL_NONE;

	b->map = &b->machine.map;
	b->kernels_tree = (struct fdt_boot){.from = &b->tree,
	        .machine = &b->machine,
	        .bootargs = {(const uint8_t *)req->cmdline.text, req->cmdline.len},
	        .initrd = {0, req->blobs > 1},
	        .keep = b->keep,
	        .boot_hart = b->hart};
	if (b->mode == MODE_GUEST) {
		code = machine_guest_map(&b->machine, b->keep, &b->guest_map, ret_why);
		b->map = &b->guest_map;
		b->kernels_tree.guest = &b->guest_map;
		guest_look_at_devices(&b->machine);
		b->kernels_tree.sstc = guest_timer_is_sstc(boot_hart(b));
	}
	if (!code)
		code = fdt_boot_write(&b->kernels_tree, NULL, 0, &req->fdt_len, ret_why);
	return code;
}

static enum refusal_code
make_plan(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	enum refusal_code code = prepare_tree(b, ret_why);

	if (code)
		return code;
	b->fixed[0] = (struct named_range){"kshim", b->keep};
	b->fixed[1] = (struct named_range){
	        "the firmware's device tree", {b->tree_addr, b->tree.all.size}};
	req->fixed = b->fixed;
	req->nr_fixed = 2;
	req->kernel = &b->facts;
	req->map = b->map;
	req->protocol = b->words.protocol;
	code = plan_make(req, &b->plan, ret_why);
	if (!code && !b->words.quiet)
		report_plan(b);
	return code;
}

static enum refusal_code
prepare_guest(struct boot *b, struct refusal *ret_why)
{
	if (b->mode != MODE_GUEST)
		return REFUSAL_NONE;
	return guest_prepare(&b->tree, &b->machine, &b->guest_map, boot_hart(b),
	        b->kernels_tree.sstc, b->words.quiet, ret_why);
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
	        sources_kernel_file,
	        sources_command_line,
	        choose_mode,
	        probe_kernel,
	        sources_blobs,
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
