/* SPDX-License-Identifier: BSD-2-Clause */
/* fw_cfg over MMIO with DMA (QEMU docs/specs/fw_cfg.rst, "fw_cfg MMIO" and "DMA"). */
#ifndef KSHIM_RISCV_FW_CFG_H
#define KSHIM_RISCV_FW_CFG_H

#include "stub/input/fw_cfg_items.h"

/*
 * Find our items in the device whose registers are at `reg` (len 0: there is none, no items).
 * Errors: FW_CFG_ERROR, PLAN_TOO_MANY. A device without DMA has no items.
 */
enum refusal_code fw_cfg_list(
        struct range reg, struct fw_cfg_items *ret_items, struct refusal *ret_why);

/*
 * The bytes [off, off + len) of an item to `dst`; bytes past its end read as 0.
 * Errors: FW_CFG_ERROR with where = off, detail = name.
 */
enum refusal_code fw_cfg_read(uint32_t selector, const char *name, uint64_t off, void *dst,
        uint64_t len, struct refusal *ret_why);

#endif
