/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.bzimage in C: entered with a zero page (Linux Documentation/arch/x86/boot.rst),
 * relocated.
 *
 * kernel_info tells loaders which setup_data we read: SETUP_E820_EXT and SETUP_RNG_SEED.
 */
#include "x86/boot/boot.h"
#include "x86/disk/boot_disk.h"

_Noreturn void linux_main(uint64_t zero_page);

/* boot.rst, "The kernel_info". */
static const struct {
	char magic[4];
	uint32_t size, size_total, setup_type_max;
} kernel_info __attribute__((section(".kernel_info"), used)) = {
        {'L', 'T', 'o', 'P'}, 16, 16, ZP_SETUP_RNG_SEED};

static enum refusal_code
read_zero_page(struct boot *b, struct refusal *ret_why)
{
	return launcher_read_zero_page(b->handed, &b->launcher, &b->map, ret_why);
}

_Noreturn void
linux_main(uint64_t zero_page)
{
	static struct boot boot;

	boot.handed = zero_page;
	boot.other = &boot_disk;
	boot_launched(&boot, read_zero_page);
}
