/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg's etc/smbios/smbios-anchor and -tables into memory (DMTF DSP0134 3.6, 5.2).
 *
 * The entry point gets the tables' address and its checksums: two of them in the 32-bit kind
 * "_SM_", whose second half is an older entry point, one in the 64-bit kind "_SM3_". QEMU
 * leaves the BIOS information (7.1) to the firmware, unless -smbios type=0 or file= gives it:
 * it is put before the others.
 */
#include "x86/pc/smbios.h"
#include "x86/pc/sum.h"

#define ANCHOR_MAX   64
#define ANCHOR_ALIGN 16

enum { SM_SUM = 4, SM_LEN = 5, SM_INNER = 0x10, SM_INNER_SUM = 0x15, SM_BYTES = 0x16 };
enum { SM_TABLES = 0x18, SM_COUNT = 0x1c, SM_SIZE = 0x1f, SM_INNER_SIZE = 15 };
enum { SM3_SUM = 5, SM3_LEN = 6, SM3_BYTES = 12, SM3_TABLES = 16, SM3_SIZE = 24 };

#define BIOS_STRINGS "kshim\0" KSHIM_VERSION "\0"

static const struct {
	uint8_t type, length;
	uint16_t handle;
	uint8_t vendor, version; /* numbers of strings */
	uint16_t starting_segment;
	uint8_t release_date, rom_size; /* none; (bytes / 64 KiB) - 1 */
	uint64_t characteristics;
	uint8_t extension[2];
	uint8_t release[2], ec_release[2];
	char strings[sizeof(BIOS_STRINGS)];
} __attribute__((packed)) bios = {
        .type = 0,
        .length = 24,
        .vendor = 1,
        .version = 2,
        .starting_segment = 0xf000,
        .rom_size = 1,
        .characteristics = 1 << 3,  /* not told */
        .extension = {0, 1 << 4},   /* a virtual machine */
        .release = {0xff, 0xff},    /* none */
        .ec_release = {0xff, 0xff}, /* none */
        .strings = BIOS_STRINGS,
};

_Static_assert(offsetof(__typeof__(bios), strings) == 24, "DSP0134 7.1");

/* QEMU's own list starts with its type 0, if it has one, or with this one. */
#define QEMU_FIRST 0x01001b01 /* type 1, 27 bytes, handle 0x100 */

static bool
has_bios(struct span tables)
{
	uint64_t at = 0;

	if (span_le32(tables, 0) == QEMU_FIRST)
		return false;
	while (bounds_ok(tables.size, at, 4) && span_u8(tables, at) != bios.type) {
		at += span_u8(tables, at + 1);
		while (bounds_ok(tables.size, at, 2) && span_le16(tables, at))
			at++;
		at += 2;
	}
	return bounds_ok(tables.size, at, 4);
}

/* Put ours before QEMU's tables, if they have none and still can be told of; its bytes. */
static uint16_t
add_bios(struct span tables)
{
	if (tables.size > UINT16_MAX - sizeof(bios) || has_bios(tables))
		return 0;
	memcpy((void *)((uintptr_t)tables.base - sizeof(bios)), &bios, sizeof(bios));
	return sizeof(bios);
}

static void
increase(uint8_t *p, uint16_t by)
{
	uint16_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	v = (uint16_t)(v + by);
	__builtin_memcpy(p, &v, sizeof(v));
}

/* Make the sum of all bytes 0 by the one at `at`. */
static void
settle(uint8_t *bytes, unsigned len, unsigned at)
{
	bytes[at] = (uint8_t)(bytes[at] - sum_bytes(bytes, len));
}

static void
finish(uint8_t *anchor, uint64_t size, struct span qemus)
{
	struct span s = {anchor, size};
	uint16_t added = add_bios(qemus);
	uint64_t tables = (uintptr_t)qemus.base - added;

	if (span_is(s, 0, "_SM_", 4) && bounds_ok(size, 0, SM_SIZE) && anchor[SM_LEN] <= size) {
		memcpy(anchor + SM_TABLES, &tables, 4);
		increase(anchor + SM_BYTES, added);
		increase(anchor + SM_COUNT, added != 0);
		settle(anchor + SM_INNER, SM_INNER_SIZE, SM_INNER_SUM - SM_INNER);
		settle(anchor, anchor[SM_LEN], SM_SUM);
	} else if (span_is(s, 0, "_SM3_", 5) && bounds_ok(size, 0, SM3_SIZE) &&
	           anchor[SM3_LEN] <= size) {
		memcpy(anchor + SM3_TABLES, &tables, 8);
		increase(anchor + SM3_BYTES, added);
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
	uint64_t anchor_at, tables_at, len;
	struct span qemus;
	enum refusal_code code;

	if (!anchor->selector || !tables->selector || anchor->size > ANCHOR_MAX)
		return REFUSAL_NONE;
	anchor_at = tables_take_fseg(&t->fseg, anchor->size, ANCHOR_ALIGN);
	len = sizeof(bios) + tables->size;
	tables_at = tables_take_fseg(&t->fseg, len, ANCHOR_ALIGN);
	if (!tables_at)
		tables_at = tables_take_high(&t->high, len, PAGE);
	if (!anchor_at || !tables_at)
		return no_room(t, anchor->size + len, ret_why);
	qemus = (struct span){(uint8_t *)(uintptr_t)tables_at + sizeof(bios), tables->size};
	code = items->read(anchor->selector, FW_CFG_SMBIOS_ANCHOR, (void *)(uintptr_t)anchor_at,
	        anchor->size, ret_why);
	if (!code)
		code = items->read(tables->selector, FW_CFG_SMBIOS_TABLES,
		        (void *)(uintptr_t)qemus.base, tables->size, ret_why);
	if (!code)
		finish((uint8_t *)(uintptr_t)anchor_at, anchor->size, qemus);
	return code;
}
