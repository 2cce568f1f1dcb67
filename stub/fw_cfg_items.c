/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directory entries of fw_cfg to the items that kshim uses (QEMU docs/specs/fw_cfg.rst, "File
 * Directory"): size u32, selector u16, reserved u16, all big-endian, then a name of up to 56
 * bytes with its NUL. Nothing here touches the device.
 */
#include "fw_cfg_items.h"

#define ENTRY_SIZE     0
#define ENTRY_SELECTOR 4
#define ENTRY_NAME     8

static uint64_t
big_endian(struct span s, uint64_t off, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | span_u8(s, off + i);
	return v;
}

/* Does the entry's name begin with `text`? Then *ret_rest is where it goes on. */
static bool
name_begins(struct span entry, const char *text, uint64_t len, uint64_t *ret_rest)
{
	*ret_rest = ENTRY_NAME + len;
	return span_is(entry, ENTRY_NAME, text, len);
}

/* Is the name exactly `text` (`len` with its NUL)? */
static bool
name_is(struct span entry, const char *text, uint64_t len)
{
	return span_is(entry, ENTRY_NAME, text, len);
}

/*
 * The number after "initrd": 0 if there is none, else 1, 2, … without leading zeros; false if
 * something else follows.
 */
static bool
initrd_number(struct span entry, uint64_t at, uint32_t *ret_number)
{
	uint32_t n = 0;
	uint8_t c = span_u8(entry, at);

	if (c == '0')
		return false;
	for (; c; c = span_u8(entry, ++at)) {
		if (c < '0' || c > '9')
			return false;
		if (n < FW_CFG_INITRDS) /* beyond that it is too high anyway */
			n = n * 10 + (c - '0');
	}
	*ret_number = n;
	return true;
}

enum refusal_code
fw_cfg_take_entry(struct fw_cfg_items *items, struct span entry, struct refusal *ret_why)
{
	struct fw_cfg_item item = {.selector = (uint16_t)big_endian(entry, ENTRY_SELECTOR, 2),
	        .size = (uint32_t)big_endian(entry, ENTRY_SIZE, 4)};
	uint64_t rest;
	uint32_t n;

	if (name_is(entry, FW_CFG_KERNEL, sizeof(FW_CFG_KERNEL))) {
		items->kernel = item;
	} else if (name_is(entry, FW_CFG_CMDLINE, sizeof(FW_CFG_CMDLINE))) {
		items->cmdline = item;
	} else if (name_is(entry, FW_CFG_MODE, sizeof(FW_CFG_MODE))) {
		items->mode = item;
	} else if (name_is(entry, FW_CFG_E820, sizeof(FW_CFG_E820))) {
		items->e820 = item;
	} else if (name_begins(entry, FW_CFG_INITRD, sizeof(FW_CFG_INITRD) - 1, &rest) &&
	           initrd_number(entry, rest, &n)) {
		if (n >= FW_CFG_INITRDS) {
			refuse(ret_why, REFUSAL_PLAN_TOO_MANY, 0, n + 1ull, FW_CFG_INITRDS);
			ret_why->subject = "fw_cfg";
			ret_why->detail = "initrds";
			return ret_why->code;
		}
		items->initrd[n] = item;
	}
	return REFUSAL_NONE;
}
