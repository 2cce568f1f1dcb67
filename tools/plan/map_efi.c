/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UEFI's memory map as dmesg (efi=debug) and the UEFI shell (memmap) print it, into descriptors
 * (UEFI 2.10, 7.2.3).
 *
 *     efi: mem00: [Boot Data          |   |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
 * range=[0x...-0x...] (1MB) efi: mem00: type=4, attr=0xf, range=[0x...-0x...) (1MB) Linux
 * before 4.8, end excluded BS_Data    0000000000001000-0000000000009FFF 0000000000000009
 * 000000000000000F
 *
 * Sources: Linux drivers/firmware/efi/efi.c (efi_md_typeattr_format), EDK2
 * ShellPkg/UefiShellDebug1CommandsLib/MemMap.c.
 */
#include "tools/plan/map.h"

#include <stdlib.h>
#include <string.h>

#define DESC_LEN     40
#define LOADER_DATA  2
#define ATTR_SP      (1ull << 18)
#define ATTR_RUNTIME (1ull << 63)

/* By number of EFI_MEMORY_TYPE. */
static const char *const linux_names[] = {"Reserved", "Loader Code", "Loader Data", "Boot Code",
        "Boot Data", "Runtime Code", "Runtime Data", "Conventional", "Unusable Memory",
        "ACPI Reclaim", "ACPI Mem NVS", "MMIO", "MMIO Port", "PAL Code", "Persistent",
        "Unaccepted"};
static const char *const shell_names[] = {"Reserved", "LoaderCode", "LoaderData", "BS_Code",
        "BS_Data", "RT_Code", "RT_Data", "Available", "Unusable", "ACPI_Recl", "ACPI_NVS",
        "MMIO", "MMIO_Port", "PalCode", "Persistent", "Unaccepted"};

#define NR_TYPES (sizeof(linux_names) / sizeof(linux_names[0]))

static void
put(uint8_t *out, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

/* Append a descriptor of [first, last]. */
static enum map_line
add(struct map_parser *p, const char *at, uint64_t type, uint64_t first, uint64_t last,
        uint64_t attributes)
{
	struct given_map *g = p->given;
	uint8_t *d;

	if (last < first || (first & (PAGE - 1)) || (last & (PAGE - 1)) != PAGE - 1)
		return map_bad(p, at, "whole pages, the end not below the start");
	if (p->raw_len == p->raw_room) {
		p->raw_room = 2 * p->raw_room + 64 * (size_t)DESC_LEN;
		d = realloc(p->raw, p->raw_room);
		if (!d)
			return map_bad(p, at, "more memory of this machine");
		p->raw = d;
	}
	d = p->raw + p->raw_len;
	memset(d, 0, DESC_LEN);
	put(d, type);
	put(d + 8, first);
	put(d + 24, (last - first) / PAGE + 1);
	put(d + 32, attributes);
	p->raw_len += DESC_LEN;
	if (type == LOADER_DATA && g->loaders < PLAN_BLOBS)
		g->loader[g->loaders++] = (struct range){first, last - first + 1};
	g->efi_descs++;
	g->kind = GIVEN_EFI;
	g->what = "a UEFI map";
	return LINE_TAKEN;
}

/* A name padded with blanks up to what follows. */
static bool
take_name(const char **at, const char *const *names, uint64_t *ret_type)
{
	for (uint64_t i = 0; i < NR_TYPES; i++) {
		const char *c = *at;

		if (take_text(&c, names[i]) && (*c == ' ' || *c == '|' || *c == ']')) {
			take_blanks(&c);
			*at = c;
			*ret_type = i;
			return true;
		}
	}
	return false;
}

/* "[NAME|RUN|MR|...]" with the attributes that decide something. */
static enum map_line
take_bracket(struct map_parser *p, const char **at, uint64_t *ret_type, uint64_t *ret_attr)
{
	const char *end = strchr(*at, ']');

	if (!take_name(at, linux_names, ret_type))
		return map_bad(p, *at, "a memory type as Linux names it");
	if (!end)
		return map_bad(p, *at, "] after the attributes");
	*ret_attr = 0;
	if (strstr(*at, "|RUN|") && strstr(*at, "|RUN|") < end)
		*ret_attr |= ATTR_RUNTIME;
	if (strstr(*at, "|SP|") && strstr(*at, "|SP|") < end)
		*ret_attr |= ATTR_SP;
	*at = end + 1;
	return LINE_TAKEN;
}

static enum map_line
take_numbers(struct map_parser *p, const char **at, uint64_t *ret_type, uint64_t *ret_attr)
{
	char *end;

	*ret_type = strtoul(*at, &end, 10);
	if (end == *at)
		return map_bad(p, *at, "the number of a memory type");
	*at = end;
	if (!take_text(at, ", attr=") || !take_hex(at, ret_attr) || !take_text(at, ","))
		return map_bad(p, *at, ", attr=0x...,");
	return LINE_TAKEN;
}

enum map_line
map_line_efi(struct map_parser *p, const char *line)
{
	const char *at = strstr(line, "efi: mem"), *start;
	uint64_t type = 0, attr = 0, first, last;
	enum map_line result;

	if (!at || (p->given->kind != GIVEN_NOTHING && p->given->kind != GIVEN_EFI))
		return LINE_OTHER;
	at += strlen("efi: mem");
	if (strspn(at, "0123456789") == 0)
		return LINE_OTHER; /* "efi: memattr: ..." */
	p->closed |= p->given->efi_descs && atoi(at) == 0;
	if (p->closed)
		return LINE_OTHER;
	at += strspn(at, "0123456789");
	if (!take_text(&at, ": "))
		return map_bad(p, at, ": after the number");
	result = take_text(&at, "[")       ? take_bracket(p, &at, &type, &attr)
	         : take_text(&at, "type=") ? take_numbers(p, &at, &type, &attr)
	                                   : map_bad(p, at, "[TYPE|...] or type=");
	if (result != LINE_TAKEN)
		return result;
	take_blanks(&at);
	start = at;
	if (!take_text(&at, "range=[") || !take_hex(&at, &first) || !take_text(&at, "-") ||
	        !take_hex(&at, &last))
		return map_bad(p, start, "range=[0xFIRST-0xLAST]");
	if (take_text(&at, ")")) /* the end is excluded */
		last--;
	else if (!take_text(&at, "]"))
		return map_bad(p, at, "] after the range");
	return add(p, start, type, first, last, attr);
}

enum map_line
map_line_shell(struct map_parser *p, const char *line)
{
	const char *at = line, *start;
	uint64_t type, first, last, pages, attr;

	take_blanks(&at);
	if ((p->given->kind != GIVEN_NOTHING && p->given->kind != GIVEN_EFI) ||
	        !take_name(&at, shell_names, &type) || *at == ':')
		return LINE_OTHER; /* the sums at the end have a colon */
	start = at;
	if (!take_hex(&at, &first) || !take_text(&at, "-") || !take_hex(&at, &last))
		return strspn(start, "0123456789abcdefABCDEF") < 8
		               ? LINE_OTHER
		               : map_bad(p, start, "FIRST-LAST in hexadecimal");
	take_blanks(&at);
	if (!take_hex(&at, &pages))
		return map_bad(p, at, "the number of pages in hexadecimal");
	take_blanks(&at);
	if (!take_hex(&at, &attr))
		return map_bad(p, at, "the attributes in hexadecimal");
	if (last < first || pages != (last - first) / PAGE + 1)
		return map_bad(p, start, "as many pages as the addresses say");
	return add(p, start, type, first, last, attr);
}
