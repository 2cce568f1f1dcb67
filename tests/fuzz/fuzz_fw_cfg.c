/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as fw_cfg's directory, against a reader that compares names: the same items are
 * found, at whatever place they stand.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/unit/fw_cfg_names.h"

/* An entry with a name that is really one, picked by the input's first byte. */
static void
make_entry(struct feed *f, uint8_t *entry)
{
	uint64_t pick = feed_number(f, 1);
	char *name = (char *)entry + FW_CFG_ENTRY_LEN - FW_CFG_NAME_LEN;

	memset(entry, 0, FW_CFG_ENTRY_LEN);
	for (unsigned i = 0; i < 6; i++)
		entry[i] = (uint8_t)feed_number(f, 1);
	if (pick < FW_CFG_NAMES)
		strcpy(name, fw_cfg_names[pick].name);
	else if (pick < FW_CFG_NAMES + 40)
		snprintf(name, FW_CFG_NAME_LEN, FW_CFG_INITRD "%.*u", (int)(pick % 3),
		        (unsigned)(pick - FW_CFG_NAMES));
	else
		snprintf(name, FW_CFG_NAME_LEN, "%s", fw_cfg_names[pick % FW_CFG_NAMES].name);
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
	for (unsigned i = 0; i < FW_CFG_NAMES; i++) {
		if (strcmp(name, fw_cfg_names[i].name) == 0) {
			memcpy(&found, (const uint8_t *)items + fw_cfg_names[i].place,
			        sizeof(found));
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
