/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan carried out. */
#ifndef KSHIM_RISCV_EXECUTE_H
#define KSHIM_RISCV_EXECUTE_H

#include "riscv/boot/boot.h"

/* Bring kernel, initrd and device tree to their places. Errors: fw_cfg_read()'s. */
enum refusal_code execute(struct boot *b, struct refusal *ret_why);

#endif
