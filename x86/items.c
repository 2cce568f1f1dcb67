/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds fw_cfg's files in the directory as the device gives it (QEMU docs/specs/fw_cfg.rst,
 * "File Directory"): size u32, selector u16, reserved u16, big-endian, and the name.
 *
 * Names are compared by eight bytes at a time, the second eight first, because most of them
 * share the first ("etc/acpi"); QEMU fills the rest of a name with zeros.
 */
#include "x86/items.h"

#define ENTRY_SIZE     0
#define ENTRY_SELECTOR 4
#define ENTRY_NAME     8

_Static_assert(ITEM_NAME == 7 * 8, "items_same_name() compares seven words");

static uint64_t
word(const void *p, unsigned i)
{
	uint64_t v;

	__builtin_memcpy(&v, (const uint8_t *)p + i * 8ull, sizeof(v));
	return v;
}

/* Seven words without a loop: this is called for every name in etc/table-loader. */
bool
items_same_name(const void *a, const void *b)
{
#define DIFFER(i) (word(a, i) ^ word(b, i))
	return !DIFFER(1) &&
	       !(DIFFER(0) | DIFFER(2) | DIFFER(3) | DIFFER(4) | DIFFER(5) | DIFFER(6));
#undef DIFFER
}

bool
items_find(const struct items *items, const char name[ITEM_NAME], struct fw_cfg_item *ret_item)
{
	const uint8_t *entry = items->directory.base;
	const uint8_t *end = entry + align_down(items->directory.size, FW_CFG_ENTRY_LEN);
	uint64_t second = word(name, 1);
	uint32_t size;
	uint16_t selector;

	for (; entry < end; entry += FW_CFG_ENTRY_LEN) {
		if (word(entry + ENTRY_NAME, 1) != second ||
		        !items_same_name(entry + ENTRY_NAME, name))
			continue;
		__builtin_memcpy(&size, entry + ENTRY_SIZE, sizeof(size));
		__builtin_memcpy(&selector, entry + ENTRY_SELECTOR, sizeof(selector));
		*ret_item = (struct fw_cfg_item){.selector = __builtin_bswap16(selector),
		        .size = __builtin_bswap32(size)};
		return true;
	}
	return false;
}

enum refusal_code
items_number(const struct items *items, const char name[ITEM_NAME], uint64_t otherwise,
        uint64_t *ret_number, struct refusal *ret_why)
{
	struct fw_cfg_item item;
	enum refusal_code code;
	uint64_t v = 0;

	*ret_number = otherwise;
	if (!items_find(items, name, &item))
		return REFUSAL_NONE;
	code = items->read(item.selector, name, &v, item.size < 8 ? item.size : 8, ret_why);
	if (!code)
		*ret_number = v;
	return code;
}
