/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as etc/table-loader: nothing is read or written outside of the zones and the files,
 * and what was placed lies in its zone, apart.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "x86/pc/tables.h"

#define ZONE  4096
#define FILES 4
#define FIRST 0x20 /* selector of a file */
#define LEN   200  /* bytes of each file, but for the script */

static const char *const names[FILES] = {
        "etc/table-loader", "etc/acpi/rsdp", "etc/acpi/tables", "etc/other"};
static const uint8_t *script;
static uint32_t script_len;

static enum refusal_code
read_item(uint32_t selector, const char *name, void *dst, uint32_t len, struct refusal *ret_why)
{
	(void)name;
	(void)ret_why;
	REQUIRE(selector - FIRST < FILES);
	if (selector != FIRST)
		memset(dst, 3, len);
	else
		memcpy(dst, script, len);
	return REFUSAL_NONE;
}

static enum refusal_code
write_item(uint32_t selector, const char *name, uint64_t off, const void *src, uint64_t len,
        struct refusal *ret_why)
{
	uint64_t v = 0;

	(void)name;
	(void)ret_why;
	memcpy(&v, src, len);
	REQUIRE(selector - FIRST < FILES);
	REQUIRE(off + len <= (selector == FIRST ? script_len : LEN));
	return REFUSAL_NONE;
}

static void
list_files(uint8_t *directory)
{
	for (unsigned i = 0; i < FILES; i++) {
		uint32_t size = __builtin_bswap32(i ? LEN : script_len);

		memcpy(directory, &size, 4);
		directory[5] = (uint8_t)(FIRST + i);
		strcpy((char *)directory + 8, names[i]);
		directory += FW_CFG_ENTRY_LEN;
	}
}

static void
check(const struct tables *t, struct range fseg, struct range high)
{
	for (uint32_t i = 0; i < t->count; i++) {
		struct range r = t->file[i].range;

		REQUIRE(range_contains(fseg, r) || range_contains(high, r));
		for (uint32_t k = 0; k < i; k++)
			REQUIRE(!range_overlaps(r, t->file[k].range));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tables t;
	uint8_t directory[FILES * FW_CFG_ENTRY_LEN] = {0};
	uint8_t *low = malloc(ZONE), *up = malloc(ZONE);
	struct range fseg = {(uintptr_t)low, ZONE}, high = {(uintptr_t)up, ZONE};
	struct fw_cfg_items known = {.initrds = 0};
	struct items items = {&known, {directory, sizeof(directory)}, read_item, write_item};
	struct refusal why;
	enum refusal_code code;

	script = data;
	script_len = (uint32_t)size;
	list_files(directory);
	REQUIRE(!fw_cfg_take(&known, items.directory, &why));
	t.fseg = fseg;
	t.high = high;
	code = tables_load(&t, &items, &why);
	REQUIRE(!code || code == REFUSAL_TABLES_SCRIPT || code == REFUSAL_TABLES_ROOM);
	REQUIRE(!code || why.code == code);
	check(&t, fseg, high);
	free(low);
	free(up);
	return 0;
}
