/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The items of QEMU's fw_cfg that kshim uses (QEMU docs/specs/fw_cfg.rst), picked from the
 * directory. The bodies talk to the device, each in its machine's way.
 */
#ifndef KSHIM_FW_CFG_ITEMS_H
#define KSHIM_FW_CFG_ITEMS_H

#include "bytes.h"
#include "plan.h"

#define FW_CFG_INITRDS   (PLAN_BLOBS - 1)
#define FW_CFG_ENTRY_LEN 64 /* one file in the directory, bytes */

#define FW_CFG_KERNEL  "opt/org.kshim/kernel"
#define FW_CFG_CMDLINE "opt/org.kshim/cmdline"
#define FW_CFG_INITRD  "opt/org.kshim/initrd" /* and with 1, 2, … appended */
#define FW_CFG_MODE    "opt/org.kshim/mode"   /* RISC-V */
#define FW_CFG_E820    "etc/e820"

struct fw_cfg_item {
	uint16_t selector; /* 0: there is no such item */
	uint32_t size;     /* bytes */
};

struct fw_cfg_items {
	struct fw_cfg_item kernel, cmdline, mode, e820;
	uint32_t initrds; /* places of initrd[] up to the last one used */
	struct fw_cfg_item initrd[FW_CFG_INITRDS]; /* [0] without a number, [N] with N */
};

/*
 * Take one directory entry (FW_CFG_ENTRY_LEN bytes) into `items` if it is one of ours.
 * Errors: REFUSAL_PLAN_TOO_MANY for an initrd with a number that is too high.
 */
enum refusal_code fw_cfg_take_entry(
        struct fw_cfg_items *items, struct span entry, struct refusal *ret_why);

#endif
