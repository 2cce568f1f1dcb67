/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg, QEMU's way to hand named files to its guest (QEMU docs/specs/fw_cfg.rst).
 *
 * fw_cfg.c talks to the device; fw_cfg_items.c, which needs no device, picks what is ours from
 * the directory.
 */
#ifndef KSHIM_X86_FW_CFG_H
#define KSHIM_X86_FW_CFG_H

#include "stub/bytes.h"
#include "stub/plan.h"

#define FW_CFG_INITRDS   (PLAN_BLOBS - 1)
#define FW_CFG_ENTRY_LEN 64 /* one file in the directory, bytes */

#define FW_CFG_KERNEL  "opt/org.kshim/kernel"
#define FW_CFG_CMDLINE "opt/org.kshim/cmdline"
#define FW_CFG_INITRD  "opt/org.kshim/initrd" /* and with 1, 2, … appended */
#define FW_CFG_E820    "etc/e820"

struct fw_cfg_item {
	uint16_t selector; /* 0: there is no such item */
	uint32_t size;     /* bytes */
};

struct fw_cfg_items {
	struct fw_cfg_item kernel, cmdline, e820;
	struct fw_cfg_item initrd[FW_CFG_INITRDS]; /* [0] without a number, [N] with N */
};

/*
 * Take one directory entry (FW_CFG_ENTRY_LEN bytes) into `items` if it is one of ours.
 * Errors: REFUSAL_PLAN_TOO_MANY for an initrd with a number that is too high.
 */
enum refusal_code fw_cfg_take_entry(
        struct fw_cfg_items *items, struct span entry, struct refusal *ret_why);

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
