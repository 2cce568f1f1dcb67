/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.elf: from hvm_start_info to the kernel's first instruction, as a list of steps.
 *
 * Input: Xen public/arch-x86/hvm/start_info.h, QEMU docs/specs/fw_cfg.rst. Nothing here
 * returns to the launcher.
 */
#include "x86/acpi.h"
#include "x86/boot.h"
#include "x86/idt.h"

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

/* Without a map from the launcher take fw_cfg's. */
static enum refusal_code
read_map(struct boot *b, struct refusal *ret_why)
{
	if (b->map.count)
		return REFUSAL_NONE;
	if (!b->items.e820.size)
		return refuse(ret_why, REFUSAL_MAP_NONE, 0, 0, 1);
	return boot_read_e820(b, ret_why);
}

/*
 * Tables that lie in what the map calls RAM are no RAM for the kernel: Linux reserves only
 * some of them itself.
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
	return code;
}

_Noreturn void
kshim_main(uint64_t start_info)
{
	static boot_step *const steps[] = {
	        read_launcher,
	        read_fw_cfg,
	        read_map,
	        find_fixed,
	        boot_own_memory,
	        sources_kernel_file,
	        boot_command_line,
	        boot_probe,
	        sources_blobs,
	        boot_plan,
	        execute,
	        NULL,
	};
	static struct boot boot;

	idt_load();
	boot.start_info = start_info;
	boot_run(&boot, steps);
}
