/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds fw_cfg's files in the directory as the device gives it, and reads those that are a
 * number (QEMU docs/specs/fw_cfg.rst, "File Directory").
 */
#include "x86/pc/items.h"

struct fw_cfg_item
items_find(const struct items *items, const void *name, unsigned words)
{
	const uint8_t *entry = items->directory.base;
	const uint8_t *end = entry + items->directory.size;

	for (; entry < end; entry += FW_CFG_ENTRY_LEN) {
		if (fw_cfg_same_name(fw_cfg_entry_name(entry), name, words))
			return fw_cfg_entry_item(entry);
	}
	return (struct fw_cfg_item){.selector = 0};
}

enum refusal_code
items_number(const struct items *items, const struct fw_cfg_item *item, const char *name,
        uint64_t otherwise, uint64_t *ret_number, struct refusal *ret_why)
{
	enum refusal_code code;
	uint64_t v = 0;

	*ret_number = otherwise;
	if (!item->selector)
		return REFUSAL_NONE;
	code = items->read(item->selector, name, &v, item->size < 8 ? item->size : 8, ret_why);
	if (!code)
		*ret_number = v;
	return code;
}

unsigned
fw_cfg_name_words(const uint8_t *name)
{
	for (unsigned i = 1; i <= FW_CFG_NAME_LEN / 8; i++) {
		if (!name[8 * i - 1]) /* zeros go on to the name's end */
			return i;
	}
	return 0;
}
