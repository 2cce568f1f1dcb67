/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directory entries of fw_cfg to the items that kshim uses (QEMU docs/specs/fw_cfg.rst, "File
 * Directory"): size u32, selector u16, reserved u16, all big-endian, then a name of up to 56
 * bytes with its NUL. Nothing here touches the device.
 */
#include "fw_cfg_items.h"

#define ENTRY_SIZE     0
#define ENTRY_SELECTOR 4
#define KNOWN_LEN      32

/* Four letters as they lie in memory. */
#define LETTERS(a, b, c, d) ((a) | (b) << 8 | (c) << 16 | (d) << 24)

#define KNOWN(name, field)                                                                     \
	{                                                                                      \
		name, FW_CFG_WORDS(name), offsetof(struct fw_cfg_items, field)                 \
	}

/* Names that go on alike behind their first "/" stand together; initrds are not here. */
enum { E820, LOADER, ANCHOR, TABLES, FEATURE, RESERVED, ROOTS, KERNEL, CMDLINE, MODE, NAMES };
static const struct known {
	char name[KNOWN_LEN];
	uint8_t words, place;
} known[NAMES] = {
        [E820] = KNOWN(FW_CFG_E820, e820),
        [LOADER] = KNOWN(FW_CFG_TABLE_LOADER, table_loader),
        [ANCHOR] = KNOWN(FW_CFG_SMBIOS_ANCHOR, smbios_anchor),
        [TABLES] = KNOWN(FW_CFG_SMBIOS_TABLES, smbios_tables),
        [FEATURE] = KNOWN(FW_CFG_FEATURE_CONTROL, feature_control),
        [RESERVED] = KNOWN(FW_CFG_RESERVED_END, reserved_end),
        [ROOTS] = KNOWN(FW_CFG_EXTRA_ROOTS, extra_roots),
        [KERNEL] = KNOWN(FW_CFG_KERNEL, kernel),
        [CMDLINE] = KNOWN(FW_CFG_CMDLINE, cmdline),
        [MODE] = KNOWN(FW_CFG_MODE, mode),
};

/* What the names above have in their seventh place: spares most of QEMU's a closer look. */
#define LETTER(c) (1u << ((c)&31))
#define SEVENTH                                                                                \
	(LETTER(FW_CFG_E820[6]) | LETTER(FW_CFG_TABLE_LOADER[6]) |                             \
	        LETTER(FW_CFG_SMBIOS_ANCHOR[6]) | LETTER(FW_CFG_FEATURE_CONTROL[6]) |          \
	        LETTER(FW_CFG_RESERVED_END[6]) | LETTER(FW_CFG_EXTRA_ROOTS[6]) |               \
	        LETTER(FW_CFG_KERNEL[6]))

/* The first name that goes on so; NAMES if none does, as most of QEMU's. */
static unsigned
first_known(uint32_t letters)
{
	switch (letters) {
	case LETTERS('e', '8', '2', '0'):
		return E820;
	case LETTERS('t', 'a', 'b', 'l'):
		return LOADER;
	case LETTERS('s', 'm', 'b', 'i'):
		return ANCHOR;
	case LETTERS('m', 's', 'r', '_'):
		return FEATURE;
	case LETTERS('r', 'e', 's', 'e'):
		return RESERVED;
	case LETTERS('e', 'x', 't', 'r'):
		return ROOTS;
	case LETTERS('o', 'r', 'g', '.'):
		return KERNEL;
	default:
		return NAMES;
	}
}

/*
 * The number after "initrd": 0 if there is none, else 1, 2, … without leading zeros; false if
 * something else follows.
 */
static bool
initrd_number(struct span name, uint64_t at, uint32_t *ret_number)
{
	uint32_t n = 0;
	uint8_t c = span_u8(name, at);

	if (c == '0')
		return false;
	for (; c; c = span_u8(name, ++at)) {
		if (c < '0' || c > '9')
			return false;
		if (n < FW_CFG_INITRDS) /* beyond that it is too high anyway */
			n = n * 10 + (c - '0');
	}
	*ret_number = n;
	return true;
}

/* NULL if the name is no initrd's, or if that is refused. */
static struct fw_cfg_item *
initrd_item(struct fw_cfg_items *items, struct span name, struct refusal *ret_why)
{
	uint32_t n;

	if (!span_is(name, 0, FW_CFG_INITRD, sizeof(FW_CFG_INITRD) - 1) ||
	        !initrd_number(name, sizeof(FW_CFG_INITRD) - 1, &n))
		return NULL;
	if (n >= FW_CFG_INITRDS) {
		refuse_too_many(ret_why, "initrds", n + 1ull, FW_CFG_INITRDS);
		ret_why->subject = "fw_cfg";
		return NULL;
	}
	if (n >= items->initrds)
		items->initrds = n + 1;
	return &items->initrd[n];
}

static struct fw_cfg_item *
place_of(struct fw_cfg_items *items, unsigned first, const uint8_t *name,
        struct refusal *ret_why)
{
	for (const struct known *k = known + first; k < known + NAMES; k++) {
		if (fw_cfg_same_name(name, k->name, k->words))
			return (struct fw_cfg_item *)(void *)((uint8_t *)items + k->place);
	}
	return initrd_item(items, (struct span){name, FW_CFG_NAME_LEN}, ret_why);
}

struct fw_cfg_item
fw_cfg_entry_item(const uint8_t *entry)
{
	const uint8_t *size = entry + ENTRY_SIZE, *selector = entry + ENTRY_SELECTOR;

	return (struct fw_cfg_item){.selector = (uint16_t)(selector[0] << 8 | selector[1]),
	        .size = (uint32_t)size[0] << 24 | (uint32_t)size[1] << 16 |
	                (uint32_t)size[2] << 8 | size[3]};
}

enum refusal_code
fw_cfg_take(struct fw_cfg_items *items, struct span entries, struct refusal *ret_why)
{
	const uint8_t *entry = entries.base;
	const uint8_t *end = entry + align_down(entries.size, FW_CFG_ENTRY_LEN);
	struct fw_cfg_item *item;
	uint32_t letters;
	unsigned first;

	ret_why->code = REFUSAL_NONE;
	for (; entry < end && !ret_why->code; entry += FW_CFG_ENTRY_LEN) {
		const uint8_t *name = fw_cfg_entry_name(entry);

		if (!(SEVENTH & LETTER(name[6])))
			continue;
		__builtin_memcpy(&letters, name + 4, sizeof(letters));
		first = first_known(letters);
		if (first == NAMES)
			continue;
		item = place_of(items, first, name, ret_why);
		if (item)
			*item = fw_cfg_entry_item(entry);
	}
	return ret_why->code;
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
