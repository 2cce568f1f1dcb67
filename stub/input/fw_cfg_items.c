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
#define LETTERS        32 /* a letter's low five bits tell it */

/* An item is one row. */
static const struct known {
	char name[KNOWN_LEN];
	uint8_t len; /* of what is compared: an item's NUL, too, but not an initrd's */
	uint8_t place;
	bool numbered; /* initrd[], and a number may follow */
} known[] = {
#define ITEM(name, field)                                                                      \
	{                                                                                      \
		name, sizeof(name), offsetof(struct fw_cfg_items, field), false                \
	}
        ITEM(FW_CFG_KERNEL, kernel),
        ITEM(FW_CFG_CMDLINE, cmdline),
        ITEM(FW_CFG_MODE, mode),
        ITEM(FW_CFG_E820, e820),
        ITEM(FW_CFG_TABLE_LOADER, table_loader),
        ITEM(FW_CFG_SMBIOS_ANCHOR, smbios_anchor),
        ITEM(FW_CFG_SMBIOS_TABLES, smbios_tables),
        ITEM(FW_CFG_FEATURE_CONTROL, feature_control),
        ITEM(FW_CFG_RESERVED_END, reserved_end),
        ITEM(FW_CFG_EXTRA_ROOTS, extra_roots),
        {FW_CFG_INITRD, sizeof(FW_CFG_INITRD) - 1, 0, true},
#undef ITEM
};

#define NAMES (sizeof(known) / sizeof(known[0]))
/* The letter behind "etc/" and "opt/", by which the names are found. */
static unsigned
letter_of(const void *name)
{
	return ((const uint8_t *)name)[4] % LETTERS;
}

/* The names by their letter: rows of known[], counted from 1; 0 ends a list. */
struct names {
	uint8_t first[LETTERS], next[NAMES + 1];
};

static void
index_names(struct names *ret_names)
{
	*ret_names = (struct names){{0}, {0}};
	for (unsigned i = 1; i <= NAMES; i++) {
		uint8_t *first = &ret_names->first[letter_of(known[i - 1].name)];

		ret_names->next[i] = *first;
		*first = (uint8_t)i;
	}
}

static uint64_t
word_at(const void *name, unsigned at)
{
	uint64_t word;

	__builtin_memcpy(&word, (const uint8_t *)name + at, sizeof(word));
	return word;
}

/*
 * By words of 8 bytes, the last first: names begin alike. It may overlap the one before,
 * because no name is shorter.
 */
static bool
is_named(const uint8_t *name, const struct known *k)
{
	unsigned last = k->len - 8u;

	if (word_at(name, last) != word_at(k->name, last))
		return false;
	for (unsigned at = 0; at < last; at += 8) {
		if (word_at(name, at) != word_at(k->name, at))
			return false;
	}
	return true;
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

/* NULL if the name goes on otherwise than an initrd's, or if that is refused. */
static struct fw_cfg_item *
initrd_item(struct fw_cfg_items *items, struct span name, struct refusal *ret_why)
{
	uint32_t n;

	if (!initrd_number(name, sizeof(FW_CFG_INITRD) - 1, &n))
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

/* Where the item with that name belongs, NULL if it is none of ours. */
static struct fw_cfg_item *
place_of(struct fw_cfg_items *items, const struct names *names, const uint8_t *name,
        struct refusal *ret_why)
{
	for (unsigned i = names->first[letter_of(name)]; i; i = names->next[i]) {
		const struct known *k = &known[i - 1];

		if (!is_named(name, k))
			continue;
		if (k->numbered)
			return initrd_item(
			        items, (struct span){name, FW_CFG_NAME_LEN}, ret_why);
		return (struct fw_cfg_item *)(void *)((uint8_t *)items + k->place);
	}
	return NULL;
}

bool
fw_cfg_find(struct span entries, const char *name, struct fw_cfg_item *ret_item)
{
	for (uint64_t at = 0; bounds_ok(entries.size, at, FW_CFG_ENTRY_LEN);
	        at += FW_CFG_ENTRY_LEN) {
		const uint8_t *entry = entries.base + at, *n = fw_cfg_entry_name(entry);
		size_t i = 0;

		while (i < FW_CFG_NAME_LEN && name[i] && n[i] == (uint8_t)name[i])
			i++;
		if (i == FW_CFG_NAME_LEN || name[i] || n[i])
			continue;
		*ret_item = fw_cfg_entry_item(entry);
		return true;
	}
	return false;
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
	struct names names;

	index_names(&names);
	ret_why->code = REFUSAL_NONE;
	for (; entry < end && !ret_why->code; entry += FW_CFG_ENTRY_LEN) {
		const uint8_t *name = fw_cfg_entry_name(entry);
		struct fw_cfg_item *item = place_of(items, &names, name, ret_why);

		if (item)
			*item = fw_cfg_entry_item(entry);
	}
	return ret_why->code;
}
