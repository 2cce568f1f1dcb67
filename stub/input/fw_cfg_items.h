/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The items of QEMU's fw_cfg that kshim uses (QEMU docs/specs/fw_cfg.rst), picked from the
 * directory. The bodies talk to the device, each in its machine's way.
 */
#ifndef KSHIM_FW_CFG_ITEMS_H
#define KSHIM_FW_CFG_ITEMS_H

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

#define FW_CFG_INITRDS   32 /* with the kernel, as many as a plan takes (stub/body/body.c) */
#define FW_CFG_ENTRY_LEN 64 /* one file in the directory, bytes */
#define FW_CFG_NAME_LEN  56 /* of them the name, with at least one NUL at its end */

#define FW_CFG_KERNEL  "opt/org.kshim/kernel"
#define FW_CFG_CMDLINE "opt/org.kshim/cmdline"
#define FW_CFG_INITRD  "opt/org.kshim/initrd" /* and with 1, 2, … appended */
#define FW_CFG_MODE    "opt/org.kshim/mode"   /* RISC-V */
#define FW_CFG_E820    "etc/e820"
/* Asked for only if no kernel was given. */
#define FW_CFG_BOOT      "opt/org.kshim/boot"  /* which disks are looked at */
#define FW_CFG_ENTRY     "opt/org.kshim/entry" /* which of a disk's entries */
#define FW_CFG_BOOTORDER "bootorder"           /* QEMU's bootindex= */
/* What else kshim.rom sets the machine up by. */
#define FW_CFG_TABLE_LOADER    "etc/table-loader"
#define FW_CFG_SMBIOS_ANCHOR   "etc/smbios/smbios-anchor"
#define FW_CFG_SMBIOS_TABLES   "etc/smbios/smbios-tables"
#define FW_CFG_FEATURE_CONTROL "etc/msr_feature_control"
#define FW_CFG_RESERVED_END    "etc/reserved-memory-end"
#define FW_CFG_EXTRA_ROOTS     "etc/extra-pci-roots"

struct fw_cfg_item {
	uint16_t selector; /* 0: there is no such item */
	uint32_t size;     /* bytes */
};

struct fw_cfg_items {
	struct fw_cfg_item kernel, cmdline, mode, e820;
	struct fw_cfg_item table_loader, smbios_anchor, smbios_tables;
	struct fw_cfg_item feature_control, reserved_end, extra_roots;
	uint32_t initrds; /* places of initrd[] up to the last one used */
	struct fw_cfg_item initrd[FW_CFG_INITRDS]; /* [0] without a number, [N] with N */
};

/*
 * Take the directory's entries (FW_CFG_ENTRY_LEN bytes each), or some of them, into `items`,
 * zeroes at first, if they are of ours.
 * Errors: REFUSAL_PLAN_TOO_MANY for an initrd with a number that is too high.
 */
enum refusal_code fw_cfg_take(
        struct fw_cfg_items *items, struct span entries, struct refusal *ret_why);

/* The item with that name among the directory's entries, for what is asked for seldom. */
bool fw_cfg_find(struct span entries, const char *name, struct fw_cfg_item *ret_item);

/* An entry's number and size. */
struct fw_cfg_item fw_cfg_entry_item(const uint8_t *entry);

/* An entry's name. */
static inline const uint8_t *
fw_cfg_entry_name(const uint8_t *entry)
{
	return entry + FW_CFG_ENTRY_LEN - FW_CFG_NAME_LEN;
}

#endif
