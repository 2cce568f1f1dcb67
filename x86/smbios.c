/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg's etc/smbios/smbios-anchor and -tables into memory (DMTF DSP0134 3.6, 5.2).
 *
 * The entry point gets the tables' address and its checksums: two of them in the 32-bit kind
 * "_SM_", whose second half is an older entry point, one in the 64-bit kind "_SM3_".
 */
#include "x86/smbios.h"
#include "x86/sum.h"

#define ANCHOR_MAX   64
#define ANCHOR_ALIGN 16

enum { SM_SUM = 4, SM_LEN = 5, SM_INNER = 0x10, SM_INNER_SUM = 0x15, SM_TABLES = 0x18 };
enum { SM_SIZE = 0x1f, SM_INNER_SIZE = 15 };
enum { SM3_SUM = 5, SM3_LEN = 6, SM3_TABLES = 16, SM3_SIZE = 24 };

/* Make the sum of all bytes 0 by the one at `at`. */
static void
settle(uint8_t *bytes, unsigned len, unsigned at)
{
	bytes[at] = (uint8_t)(bytes[at] - sum_bytes(bytes, len));
}

static void
finish(uint8_t *anchor, uint64_t size, uint64_t tables)
{
	struct span s = {anchor, size};

	if (span_is(s, 0, "_SM_", 4) && bounds_ok(size, 0, SM_SIZE) && anchor[SM_LEN] <= size) {
		memcpy(anchor + SM_TABLES, &tables, 4);
		settle(anchor + SM_INNER, SM_INNER_SIZE, SM_INNER_SUM - SM_INNER);
		settle(anchor, anchor[SM_LEN], SM_SUM);
	} else if (span_is(s, 0, "_SM3_", 5) && bounds_ok(size, 0, SM3_SIZE) &&
	           anchor[SM3_LEN] <= size) {
		memcpy(anchor + SM3_TABLES, &tables, 8);
		settle(anchor, anchor[SM3_LEN], SM3_SUM);
	}
}

static enum refusal_code
no_room(const struct tables *t, uint64_t wanted, struct refusal *why)
{
	refuse(why, REFUSAL_TABLES_ROOM, 0, t->fseg.len, wanted);
	why->subject = "SMBIOS";
	why->detail = "the F segment";
	return why->code;
}

enum refusal_code
smbios_load(struct tables *t, const struct items *items, struct refusal *ret_why)
{
	const struct fw_cfg_item *anchor = &items->known->smbios_anchor;
	const struct fw_cfg_item *tables = &items->known->smbios_tables;
	uint64_t anchor_at, tables_at;
	enum refusal_code code;

	if (!anchor->selector || !tables->selector || anchor->size > ANCHOR_MAX)
		return REFUSAL_NONE;
	anchor_at = tables_take_fseg(&t->fseg, anchor->size, ANCHOR_ALIGN);
	tables_at = tables_take_fseg(&t->fseg, tables->size, ANCHOR_ALIGN);
	if (!tables_at)
		tables_at = tables_take_high(&t->high, tables->size, PAGE);
	if (!anchor_at || !tables_at)
		return no_room(t, (uint64_t)anchor->size + tables->size, ret_why);
	code = items->read(anchor->selector, FW_CFG_SMBIOS_ANCHOR, (void *)(uintptr_t)anchor_at,
	        anchor->size, ret_why);
	if (!code)
		code = items->read(tables->selector, FW_CFG_SMBIOS_TABLES,
		        (void *)(uintptr_t)tables_at, tables->size, ret_why);
	if (!code)
		finish((uint8_t *)(uintptr_t)anchor_at, anchor->size, tables_at);
	return code;
}
