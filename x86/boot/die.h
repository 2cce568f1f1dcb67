/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a refused boot, on a bare machine: never silent, never hanging where it can end.
 */
#ifndef KSHIM_X86_DIE_H
#define KSHIM_X86_DIE_H

#include "stub/base/refusal.h"

/*
 * The sentence on the console; the code on port 0x80 and through QEMU's isa-debug-exit (its
 * status is then code * 2 + 1); without fw_cfg a keyboard reset; else halt, interrupts off.
 */
_Noreturn void die(const struct refusal *why);

#endif
