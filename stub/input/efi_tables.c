/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks UEFI's configuration tables for their places only (UEFI 2.10, 4.3 and 4.6).
 *
 * A table says its length in its own way or not at all: those known here are Linux's
 * (drivers/firmware/efi/: memattr.c, esrt.c, mokvar-table.c, tpm.c, efi.c) and SMBIOS 3.7, 5.2;
 * any other is taken for a page. The memory is the firmware's: what makes no sense counts as a
 * page, too, quietly, because the kernel will judge it itself.
 */
#include "efi_tables.h"
#include "smbios.h"
#include "stub/base/bytes.h"

#define SYSTAB_LEN     120
#define SYSTAB_MAGIC   0x5453595320494249ull /* "IBI SYST" */
#define SYSTAB_VENDOR  24
#define SYSTAB_ENTRIES 104
#define SYSTAB_TABLES  112
#define ENTRIES_MAX    4096
#define ENTRY_LEN      24 /* GUID, pointer */
#define GUID_LEN       16
#define TABLE_MAX      (16 * MIB) /* a longer one is taken for damaged */
#define HEAD_LEN       32         /* where the other tables say how long they are */
#define MOK_HEAD       264        /* name[256], bytes that follow */
#define MOK_SIZE       256

struct walk {
	efi_reach *reach;
	struct keep *keep;
};

/* Fields of memory out of reach read as 0. */
static struct span
memory(const struct walk *w, uint64_t addr, uint64_t len)
{
	if (!addr || !range_fits(addr, len) || !w->reach(addr, len))
		len = 0;
	return (struct span){(const uint8_t *)(uintptr_t)addr, len};
}

static void
keep(const struct walk *w, uint64_t addr, uint64_t len)
{
	if (addr)
		keep_add(w->keep, "a table of the firmware",
		        (struct range){addr, len > TABLE_MAX ? PAGE : len});
}

static uint64_t
attributes_len(struct span head)
{
	return 16 + (uint64_t)span_le32(head, 4) * span_le32(head, 8);
}

/* Variables of a shim's Machine Owner Keys, one after the other up to one without a name. */
static uint64_t
mok_len(const struct walk *w, uint64_t addr)
{
	uint64_t len = 0, size;
	bool more;

	do {
		struct span head = memory(w, addr + len, MOK_HEAD);

		size = span_le64(head, MOK_SIZE);
		more = span_u8(head, 0) && size < TABLE_MAX;
		len += MOK_HEAD + (more ? size : 0);
	} while (more && len < TABLE_MAX);
	return len;
}

/* SMBIOS's entry point leads on to the structures. */
static uint64_t
keep_smbios(const struct walk *w, struct span head)
{
	struct range r = smbios_structures(head);

	keep(w, r.addr, r.len);
	return HEAD_LEN;
}

enum known { ATTRIBUTES, RESOURCES, TPM_LOG, SEED, MOK, SMBIOS, SMBIOS3, UNKNOWN };

struct guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

static enum known
kind_of(struct span guid)
{
	static const struct guid known[UNKNOWN] = {
	        [ATTRIBUTES] = {0xdcfa911d, 0x26eb, 0x469f,
	                {0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20}},
	        [RESOURCES] = {0xb122a263, 0x3661, 0x4f68,
	                {0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80}},
	        [TPM_LOG] = {0xb7799cb0, 0xeca2, 0x4943,
	                {0x96, 0x67, 0x1f, 0xae, 0x07, 0xb7, 0x47, 0xfa}},
	        [SEED] = {0x1ce1e5bc, 0x7ceb, 0x42f2,
	                {0x81, 0xe5, 0x8a, 0xad, 0xf1, 0x80, 0xf5, 0x7b}},
	        [MOK] = {0xc451ed2b, 0x9694, 0x45d3,
	                {0xba, 0xba, 0xed, 0x9f, 0x89, 0x88, 0xa3, 0x89}},
	        [SMBIOS] = {0xeb9d2d31, 0x2d88, 0x11d3,
	                {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}},
	        [SMBIOS3] = {0xf2fd1544, 0x9794, 0x4a2c,
	                {0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}},
	};
	unsigned i = 0;

	while (i < UNKNOWN && !span_is(guid, 0, (const char *)&known[i], GUID_LEN))
		i++;
	return (enum known)i;
}

static uint64_t
table_len(const struct walk *w, enum known kind, uint64_t addr)
{
	struct span head = memory(w, addr, HEAD_LEN);

	switch (kind) {
	case ATTRIBUTES:
		return attributes_len(head);
	case RESOURCES:
		return 16 + (uint64_t)span_le32(head, 0) * 40;
	case TPM_LOG:
		return 9 + (uint64_t)span_le32(head, 0);
	case SEED:
		return 4 + (uint64_t)span_le32(head, 0);
	case MOK:
		return mok_len(w, addr);
	case SMBIOS:
	case SMBIOS3:
		return keep_smbios(w, head);
	default:
		return PAGE;
	}
}

void
efi_tables_keep(uint64_t systab, efi_reach *reach, struct keep *ret_keep)
{
	struct walk w = {reach, ret_keep};
	struct span s = memory(&w, systab, SYSTAB_LEN), entries;
	uint64_t count = span_le64(s, SYSTAB_ENTRIES), at = span_le64(s, SYSTAB_TABLES);

	if (span_le64(s, 0) != SYSTAB_MAGIC || count > ENTRIES_MAX)
		return;
	entries = memory(&w, at, count * ENTRY_LEN);
	keep(&w, systab, SYSTAB_LEN);
	keep(&w, span_le64(s, SYSTAB_VENDOR), PAGE);
	keep(&w, at, entries.size);
	for (uint64_t off = 0; off < entries.size; off += ENTRY_LEN) {
		struct span guid = {entries.base + off, GUID_LEN};
		uint64_t addr = span_le64(entries, off + GUID_LEN);

		keep(&w, addr, table_len(&w, kind_of(guid), addr));
	}
}
