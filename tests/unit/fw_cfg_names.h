/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg's names and the items that they fill, written out apart from the core's own table.
 */
#ifndef TESTS_FW_CFG_NAMES_H
#define TESTS_FW_CFG_NAMES_H

#include "stub/input/fw_cfg_items.h"

static const struct {
	const char *name;
	size_t place; /* of its struct fw_cfg_item */
} fw_cfg_names[] = {
        {FW_CFG_KERNEL, offsetof(struct fw_cfg_items, kernel)},
        {FW_CFG_CMDLINE, offsetof(struct fw_cfg_items, cmdline)},
        {FW_CFG_MODE, offsetof(struct fw_cfg_items, mode)},
        {FW_CFG_E820, offsetof(struct fw_cfg_items, e820)},
        {FW_CFG_TABLE_LOADER, offsetof(struct fw_cfg_items, table_loader)},
        {FW_CFG_SMBIOS_ANCHOR, offsetof(struct fw_cfg_items, smbios_anchor)},
        {FW_CFG_SMBIOS_TABLES, offsetof(struct fw_cfg_items, smbios_tables)},
        {FW_CFG_FEATURE_CONTROL, offsetof(struct fw_cfg_items, feature_control)},
        {FW_CFG_RESERVED_END, offsetof(struct fw_cfg_items, reserved_end)},
        {FW_CFG_EXTRA_ROOTS, offsetof(struct fw_cfg_items, extra_roots)},
};

#define FW_CFG_NAMES (sizeof(fw_cfg_names) / sizeof(fw_cfg_names[0]))

#endif
