/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.elf: from hvm_start_info to the kernel's first instruction, as a list of steps.
 *
 * Input: Xen public/arch-x86/hvm/start_info.h, QEMU docs/specs/fw_cfg.rst. All that can be
 * refused is refused before execute() writes the first byte outside of our own memory; only
 * staging writes earlier, to free memory. Nothing here returns to the launcher.
 */
#include "stub/body.h"
#include "stub/wire/bootparam.h"
#include "x86/acpi.h"
#include "x86/boot.h"
#include "x86/console.h"
#include "x86/cpu.h"
#include "x86/die.h"
#include "x86/idt.h"
#include "x86/image.h"
#include "x86/rng.h"

_Noreturn void kshim_main(uint64_t start_info);

static enum refusal_code
read_launcher(struct boot *b, struct refusal *ret_why)
{
	return launcher_read(b->start_info, &b->launcher, &b->map, ret_why);
}

static enum refusal_code
read_fw_cfg(struct boot *b, struct refusal *ret_why)
{
	return fw_cfg_list(&b->items, ret_why);
}

/* Without a map from the launcher take fw_cfg's, which leaves the ISA hole to the BIOS. */
static enum refusal_code
read_map(struct boot *b, struct refusal *ret_why)
{
	const struct fw_cfg_item *item = &b->items.e820;
	enum refusal_code code = REFUSAL_NONE;
	struct zp_e820_entry e;

	if (b->map.count)
		return REFUSAL_NONE;
	if (!item->size)
		return refuse(ret_why, REFUSAL_MAP_NONE, 0, 0, 1);
	for (uint64_t off = 0; !code && bounds_ok(item->size, off, sizeof(e));
	        off += sizeof(e)) {
		code = fw_cfg_read(item->selector, FW_CFG_E820, off, &e, sizeof(e), ret_why);
		if (!code)
			code = memmap_add(&b->map, e.addr, e.size, e.type, ret_why);
	}
	return code ? code : memmap_add(&b->map, 640 * KIB, 384 * KIB, MEM_RESERVED, ret_why);
}

/*
 * What must not be touched, and what is our own. Tables that lie in what the map calls RAM are
 * no RAM for the kernel either: Linux reserves only some of them itself.
 */
static enum refusal_code
find_fixed(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	enum refusal_code code = REFUSAL_NONE;

	req->rsdp = b->launcher.rsdp ? b->launcher.rsdp : acpi_find_rsdp();
	req->nr_fixed = acpi_fixed(req->rsdp, &b->map, b->fixed, BOOT_FIXED - 1);
	for (uint32_t i = 0; !code && i < req->nr_fixed; i++) {
		struct range r = b->fixed[i].range;

		code = memmap_add(&b->map, r.addr, r.len, MEM_ACPI, ret_why);
	}
	b->fixed[req->nr_fixed++] = body_bios_data();
	req->fixed = b->fixed;
	b->busy[0] = image_range();
	req->busy = b->busy;
	req->nr_busy = 1;
	return code;
}

static enum refusal_code
read_command_line(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = sources_command_line(b, ret_why);

	if (!code)
		console_select(b->words.console);
	return code;
}

static enum refusal_code
probe_kernel(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = sources_probe(b, ret_why);

	if (!code && !b->words.quiet)
		report_kernel(b);
	return code;
}

static enum refusal_code
make_plan(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	enum refusal_code code;

	req->kernel = &b->facts;
	req->map = &b->map;
	req->protocol = b->words.protocol;
	body_limits(BODY_PC, req);
	req->gb_pages = cpu_has_gb_pages();
	req->rng_seed = b->seed;
	req->rng_seed_len = rng_seed(b->seed, sizeof(b->seed)) ? sizeof(b->seed) : 0;
	code = plan_make(req, &b->plan, ret_why);
	if (!code)
		code = execute_prepare(b, ret_why);
	if (!code && !b->words.quiet)
		report_plan(b);
	return code;
}

static enum refusal_code
carry_out(struct boot *b, struct refusal *ret_why)
{
	return execute(b, ret_why);
}

_Noreturn void
kshim_main(uint64_t start_info)
{
	static enum refusal_code (*const steps[])(struct boot *, struct refusal *) = {
	        read_launcher,
	        read_fw_cfg,
	        read_map,
	        find_fixed,
	        sources_kernel_file,
	        read_command_line,
	        probe_kernel,
	        sources_blobs,
	        make_plan,
	        carry_out,
	};
	static struct boot boot;
	struct refusal why = {.code = REFUSAL_NONE};

	idt_load();
	boot.start_info = start_info;
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i](&boot, &why))
			die(&why);
	}
	cpu_halt(); /* carry_out() does not come back without a refusal */
}
