/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg, QEMU's way to hand named files to its guest (QEMU docs/specs/fw_cfg.rst).
 *
 * fw_cfg.c talks to the device; stub/fw_cfg_items.c picks what is ours from the directory.
 */
#ifndef KSHIM_X86_FW_CFG_H
#define KSHIM_X86_FW_CFG_H

#include "stub/fw_cfg_items.h"

/* Does the device answer? It is asked once. */
bool fw_cfg_present(void);

/* Find our items; none where there is no fw_cfg. Errors: REFUSAL_FW_CFG_ERROR and the above. */
enum refusal_code fw_cfg_list(struct fw_cfg_items *ret_items, struct refusal *ret_why);

/*
 * The bytes [off, off + len) of an item to `dst`; bytes past its end read as 0. Reading on
 * where the last read of that item ended is the cheapest.
 * Errors: REFUSAL_FW_CFG_ERROR with where = off, detail = name.
 */
enum refusal_code fw_cfg_read(uint32_t selector, const char *name, uint64_t off, void *dst,
        uint64_t len, struct refusal *ret_why);

#endif
