/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What QEMU's -kernel, -initrd and -append give to a firmware, as if a launcher had given it.
 */
#ifndef KSHIM_X86_QEMU_H
#define KSHIM_X86_QEMU_H

#include "stub/probe/facts.h"
#include "x86/boot/launcher.h"

/*
 * Fill in kernel and initrd as modules, and the command line. Where QEMU has placed the kernel
 * already (an ELF with a PVH note) *ret_placed says so and *ret_facts is what we are told of
 * it. Errors: REFUSAL_FW_CFG_ERROR, _CMDLINE_BUFFER, _ROM_MULTIBOOT, _ROM_LOW_KERNEL.
 */
enum refusal_code qemu_read(struct launcher *ret_launcher, bool *ret_placed,
        struct facts *ret_facts, struct refusal *ret_why);

#endif
