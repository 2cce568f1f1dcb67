/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.elf in C: entered with hvm_start_info (Xen public/arch-x86/hvm/start_info.h).
 */
#include "x86/boot/boot.h"
#include "x86/disk/boot_disk.h"

_Noreturn void kshim_main(uint64_t start_info);

static enum refusal_code
read_start_info(struct boot *b, struct refusal *ret_why)
{
	return launcher_read(b->handed, &b->launcher, &b->map, ret_why);
}

_Noreturn void
kshim_main(uint64_t start_info)
{
	static struct boot boot;

	boot.handed = start_info;
	boot.other = &boot_disk;
	boot_launched(&boot, read_start_info);
}
