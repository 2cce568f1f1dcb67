/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.rom: from a machine after reset to the kernel's first instruction, as a list of steps.
 *
 * QEMU alone has what this needs, fw_cfg: the kernel, the memory map, the ACPI tables. What a
 * firmware does to the machine itself is pc_init()'s.
 */
#include "x86/boot.h"
#include "x86/qemu.h"

_Noreturn void rom_main(void);

static enum refusal_code
read_fw_cfg(struct boot *b, struct refusal *ret_why)
{
	if (!fw_cfg_present())
		return refuse(ret_why, REFUSAL_ROM_FW_CFG, 0, 0, 0);
	return fw_cfg_list(&b->items, ret_why);
}

static enum refusal_code
read_qemu(struct boot *b, struct refusal *ret_why)
{
	return qemu_read(&b->launcher, &b->placed, &b->facts, ret_why);
}

_Noreturn void
rom_main(void)
{
	static boot_step *const steps[] = {
	        read_fw_cfg,
	        boot_read_e820,
	        read_qemu,
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

	boot_run(&boot, steps);
}
