/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as fw_cfg's directory, against a reader that compares names: the same items are
 * found, at whatever place they stand.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/fw_cfg_items.h"

#define INITRD_LEN (sizeof(FW_CFG_INITRD) - 1)

static const struct {
	const char *name;
	size_t place;
} known[] = {
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

#define KNOWN (sizeof(known) / sizeof(known[0]))

/* An entry with a name that is really one, picked by the input's first byte. */
static void
make_entry(struct feed *f, uint8_t *entry)
{
	uint64_t pick = feed_number(f, 1);
	char *name = (char *)entry + FW_CFG_ENTRY_LEN - FW_CFG_NAME_LEN;

	memset(entry, 0, FW_CFG_ENTRY_LEN);
	for (unsigned i = 0; i < 6; i++)
		entry[i] = (uint8_t)feed_number(f, 1);
	if (pick < KNOWN)
		strcpy(name, known[pick].name);
	else if (pick < KNOWN + 40)
		snprintf(name, FW_CFG_NAME_LEN, FW_CFG_INITRD "%.*u", (int)(pick % 3),
		        (unsigned)(pick - KNOWN));
	else
		snprintf(name, FW_CFG_NAME_LEN, "%s", known[pick % KNOWN].name);
	if (pick >= 128) /* nearly */
		name[feed_number(f, 1) % 24] = (char)feed_number(f, 1);
}

static void
check(const struct fw_cfg_items *items, const uint8_t *entry)
{
	char name[FW_CFG_NAME_LEN + 1] = {0};
	struct fw_cfg_item wanted = {(uint16_t)(entry[4] << 8 | entry[5]),
	        (uint32_t)entry[0] << 24 | entry[1] << 16 | entry[2] << 8 | entry[3]};
	struct fw_cfg_item found = fw_cfg_entry_item(entry);

	REQUIRE(found.selector == wanted.selector && found.size == wanted.size);
	memcpy(name, fw_cfg_entry_name(entry), FW_CFG_NAME_LEN);
	for (unsigned i = 0; i < KNOWN; i++) {
		if (strcmp(name, known[i].name) == 0) {
			memcpy(&found, (const uint8_t *)items + known[i].place, sizeof(found));
			REQUIRE(found.selector == wanted.selector);
			REQUIRE(found.size == wanted.size);
		}
	}
	if (strcmp(name, FW_CFG_INITRD) == 0)
		REQUIRE(items->initrds && items->initrd[0].selector == wanted.selector);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	uint8_t entry[FW_CFG_ENTRY_LEN];
	struct refusal why;

	while (f.size) {
		struct fw_cfg_items items = {.initrds = 0};

		make_entry(&f, entry);
		if (fw_cfg_take(&items, (struct span){entry, sizeof(entry)}, &why))
			REQUIRE(why.code == REFUSAL_PLAN_TOO_MANY);
		else
			check(&items, entry);
		REQUIRE(items.initrds <= FW_CFG_INITRDS);
	}
	return 0;
}
