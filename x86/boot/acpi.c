/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks RSDP, XSDT or RSDT and the tables they name (ACPI 6.4, 5.2), for their ranges only.
 *
 * The tables are the launcher's or the firmware's and are not trusted: a length or pointer
 * that makes no sense ends that branch, quietly, because the kernel will judge the tables
 * itself. Most launchers put them into reserved memory, and then there is nothing to collect.
 */
#include "x86/boot/acpi.h"
#include "stub/base/bytes.h"
#include "x86/boot/reach.h"

#define BIOS_AREA     0xe0000ull
#define BIOS_AREA_LEN 0x20000ull
#define EBDA_SEGMENT  0x40e /* BIOS data area: segment of the EBDA */

#define RSDP_SIGNATURE 0x2052545020445352ull /* "RSD PTR " */
#define RSDP_LEN_1     20                    /* revision 0 and its checksum */
#define RSDP_REVISION  15
#define RSDP_RSDT      16
#define RSDP_LEN_2     36
#define RSDP_XSDT      24
#define HEADER_LEN     36 /* of every table */
#define TABLE_LENGTH   4
#define TABLE_MAX      (1 * MIB) /* a longer one is taken for damaged */
#define FADT_FACS      36
#define FADT_DSDT      40
#define FADT_X_FACS    132
#define FADT_X_DSDT    140

#define NAME "ACPI tables"

static struct span
memory(uint64_t addr, uint64_t len)
{
	return (struct span){(const uint8_t *)(uintptr_t)addr, len};
}

/* Are the first bytes at `addr`, which have the signature, an RSDP? */
static bool
has_checksum(uint64_t addr)
{
	struct span s = memory(addr, RSDP_LEN_1);
	uint8_t sum = 0;

	for (unsigned i = 0; i < RSDP_LEN_1; i++)
		sum = (uint8_t)(sum + s.base[i]);
	return !sum;
}

/* One comparison a paragraph: this is most of what a boot without ACPI costs. */
static uint64_t
scan(uint64_t addr, uint64_t len)
{
	const uint64_t *p = (const uint64_t *)(uintptr_t)addr;

	for (const uint64_t *end = p + len / sizeof(*p); p < end; p += 2) {
		if (*p == RSDP_SIGNATURE && has_checksum((uintptr_t)p))
			return (uintptr_t)p;
	}
	return 0;
}

uint64_t
acpi_find_rsdp(void)
{
	uint64_t ebda = (uint64_t)span_le16(memory(EBDA_SEGMENT, 2), 0) << 4;
	uint64_t found = 0;

	if (ebda >= 0x80000 && ebda < 0xa0000)
		found = scan(ebda, KIB);
	return found ? found : scan(BIOS_AREA, BIOS_AREA_LEN);
}

/* The table at `addr`, noted in `keep` unless that is NULL; false if there is none that makes
 * sense. */
static bool
take_table(struct keep *keep, uint64_t addr, struct span *ret_table)
{
	struct refusal ignored;
	uint64_t len;

	if (!addr || reach("ACPI table", addr, HEADER_LEN, &ignored))
		return false;
	len = span_le32(memory(addr, HEADER_LEN), TABLE_LENGTH);
	if (len < TABLE_LENGTH + 4 || len > TABLE_MAX ||
	        reach("ACPI table", addr, len, &ignored))
		return false;
	*ret_table = memory(addr, len);
	if (keep)
		keep_add(keep, NAME, (struct range){addr, len});
	return true;
}

static uint64_t
dsdt_of(struct span fadt)
{
	uint64_t dsdt = span_le64(fadt, FADT_X_DSDT);

	return dsdt ? dsdt : span_le32(fadt, FADT_DSDT);
}

/* What the FADT names: DSDT and FACS, by 64-bit pointers where it has them. */
static void
take_fadt_tables(struct keep *keep, struct span fadt)
{
	uint64_t facs = span_le64(fadt, FADT_X_FACS);
	struct span ignored;

	take_table(keep, dsdt_of(fadt), &ignored);
	take_table(keep, facs ? facs : span_le32(fadt, FADT_FACS), &ignored);
}

/* XSDT or RSDT, and how many bytes its pointers have; false if there is neither. */
static bool
take_root(struct keep *keep, uint64_t rsdp, struct span *ret_root, unsigned *ret_width)
{
	struct refusal ignored;
	struct span s;
	uint64_t xsdt;

	if (!rsdp || reach("RSDP", rsdp, RSDP_LEN_2, &ignored))
		return false;
	s = memory(rsdp, RSDP_LEN_2);
	if (keep)
		keep_add(keep, NAME, (struct range){rsdp, RSDP_LEN_2});
	xsdt = span_u8(s, RSDP_REVISION) >= 2 ? span_le64(s, RSDP_XSDT) : 0;
	*ret_width = xsdt ? 8 : 4;
	return take_table(keep, xsdt ? xsdt : span_le32(s, RSDP_RSDT), ret_root);
}

void
acpi_keep(uint64_t rsdp, struct keep *keep)
{
	struct span root, table;
	unsigned width;

	if (!take_root(keep, rsdp, &root, &width))
		return;
	for (uint64_t off = HEADER_LEN; bounds_ok(root.size, off, width); off += width) {
		if (take_table(keep, span_le(root, off, width), &table) &&
		        span_is(table, 0, "FACP", 4))
			take_fadt_tables(keep, table);
	}
}

bool
acpi_dsdt(uint64_t rsdp, struct span *ret_dsdt)
{
	struct span root, table;
	unsigned width;

	if (!take_root(NULL, rsdp, &root, &width))
		return false;
	for (uint64_t off = HEADER_LEN; bounds_ok(root.size, off, width); off += width) {
		if (take_table(NULL, span_le(root, off, width), &table) &&
		        span_is(table, 0, "FACP", 4))
			return take_table(NULL, dsdt_of(table), ret_dsdt);
	}
	return false;
}
