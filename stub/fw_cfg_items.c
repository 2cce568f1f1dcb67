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

/* The first 8 bytes of a text as a little-endian number. */
#define FIRST_8(t)                                                                             \
	((uint64_t)(t)[0] | (uint64_t)(t)[1] << 8 | (uint64_t)(t)[2] << 16 |                   \
	        (uint64_t)(t)[3] << 24 | (uint64_t)(t)[4] << 32 | (uint64_t)(t)[5] << 40 |     \
	        (uint64_t)(t)[6] << 48 | (uint64_t)(t)[7] << 56)

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

/* Which of the items under opt/org.kshim/ it is; NULL if none. */
static struct fw_cfg_item *
own_item(struct fw_cfg_items *items, struct span entry, struct refusal *ret_why)
{
	uint64_t rest;
	uint32_t n;

	ret_why->code = REFUSAL_NONE;
	if (name_is(entry, FW_CFG_KERNEL, sizeof(FW_CFG_KERNEL)))
		return &items->kernel;
	if (name_is(entry, FW_CFG_CMDLINE, sizeof(FW_CFG_CMDLINE)))
		return &items->cmdline;
	if (name_is(entry, FW_CFG_MODE, sizeof(FW_CFG_MODE)))
		return &items->mode;
	if (!name_begins(entry, FW_CFG_INITRD, sizeof(FW_CFG_INITRD) - 1, &rest) ||
	        !initrd_number(entry, rest, &n))
		return NULL;
	if (n >= FW_CFG_INITRDS) {
		refuse(ret_why, REFUSAL_PLAN_TOO_MANY, 0, n + 1ull, FW_CFG_INITRDS);
		ret_why->subject = "fw_cfg";
		ret_why->detail = "initrds";
		return NULL;
	}
	if (n >= items->initrds)
		items->initrds = n + 1;
	return &items->initrd[n];
}

static void
fill(struct fw_cfg_item *item, struct span entry)
{
	item->selector = (uint16_t)big_endian(entry, ENTRY_SELECTOR, 2);
	item->size = (uint32_t)big_endian(entry, ENTRY_SIZE, 4);
}

static enum refusal_code
take_own(struct fw_cfg_items *items, struct span entry, struct refusal *ret_why)
{
	struct fw_cfg_item *item = own_item(items, entry, ret_why);

	if (item)
		fill(item, entry);
	return ret_why->code;
}

enum refusal_code
fw_cfg_take_entry(struct fw_cfg_items *items, struct span entry, struct refusal *ret_why)
{
	uint64_t start; /* of the name: most are none of ours */

	if (entry.size < FW_CFG_ENTRY_LEN)
		return REFUSAL_NONE;
	__builtin_memcpy(&start, entry.base + ENTRY_NAME, sizeof(start));
	if (start == FIRST_8("opt/org."))
		return take_own(items, entry, ret_why);
	if (start == FIRST_8("etc/e820") && !entry.base[ENTRY_NAME + 8])
		fill(&items->e820, entry);
	return REFUSAL_NONE;
}
