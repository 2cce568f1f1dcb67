/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk as source of the kernel, for when none was given (x86/boot/boot.h).
 */
#ifndef KSHIM_X86_BOOT_DISK_H
#define KSHIM_X86_BOOT_DISK_H

#include "x86/boot/boot.h"

extern const struct boot_source boot_disk;

#endif
