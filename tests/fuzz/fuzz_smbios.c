/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as QEMU's SMBIOS anchor and tables: nothing is read or written outside of the
 * zones, and an entry point that is written has sums of zero and leads to the tables.
 */
#include "tests/fuzz/fuzz.h"

#include "x86/pc/smbios.h"
#include "x86/pc/sum.h"

#define ZONE 4096

static struct span anchor, tables;

static enum refusal_code
read_item(uint32_t selector, const char *name, void *dst, uint32_t len, struct refusal *ret_why)
{
	struct span from = selector == 1 ? anchor : tables;

	(void)name;
	(void)ret_why;
	memset(dst, 0, len);
	memcpy(dst, from.base, len < from.size ? len : (size_t)from.size);
	return REFUSAL_NONE;
}

/* What is as long as its kind must be is made right; all else is left as it was. */
static void
check_anchor(const uint8_t *at, struct range fseg, struct range high)
{
	uint32_t address = 0;

	if (memcmp(at, "_SM_", 4) == 0 && anchor.size >= 31 && at[5] <= anchor.size) {
		REQUIRE(sum_bytes(at, at[5]) == 0 || at[5] < 5);
		memcpy(&address, at + 0x18, 4);
	} else if (memcmp(at, "_SM3_", 5) == 0 && anchor.size >= 24 && at[6] <= anchor.size) {
		REQUIRE(sum_bytes(at, at[6]) == 0 || at[6] < 6);
		memcpy(&address, at + 16, 4);
	} else {
		return;
	}
	REQUIRE(address - (uint32_t)fseg.addr <= ZONE || address - (uint32_t)high.addr <= ZONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tables t;
	struct feed f = {data, size};
	uint8_t *low = malloc(ZONE), *up = malloc(ZONE);
	struct range fseg = {(uintptr_t)low, ZONE}, high = {(uintptr_t)up, ZONE};
	struct fw_cfg_items known = {.initrds = 0};
	struct items items = {.known = &known, .read = read_item};
	struct refusal why;

	anchor = feed_span(&f, feed_number(&f, 1));
	tables = feed_span(&f, f.size);
	known.smbios_anchor = (struct fw_cfg_item){1, (uint32_t)anchor.size};
	known.smbios_tables = (struct fw_cfg_item){2, (uint32_t)tables.size};
	memset(low, 0, ZONE);
	t.fseg = fseg;
	t.high = high;
	if (smbios_load(&t, &items, &why))
		REQUIRE(why.code == REFUSAL_TABLES_ROOM);
	else if (t.fseg.addr != fseg.addr)
		check_anchor(low, fseg, high);
	free(low);
	free(up);
	return 0;
}
