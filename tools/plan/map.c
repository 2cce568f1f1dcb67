/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text into lines, each offered to the parsers; the first that knows one settles the kind.
 */
#include "tools/plan/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub/input/fdt.h"

#define ANYTHING                                                                               \
	"BIOS-e820: or efi: mem lines of dmesg, QEMU's `info mtree -f`, the UEFI shell's "     \
	"memmap, or a device tree"
#define EFI_DESC 40 /* bytes of a UEFI memory descriptor */

bool
take_text(const char **at, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

void
take_blanks(const char **at)
{
	*at += strspn(*at, " \t");
}

bool
take_hex(const char **at, uint64_t *ret_value)
{
	static const char digits[] = "0123456789abcdef";
	const char *c = *at, *start, *digit;
	uint64_t v = 0;

	take_text(&c, "0x");
	for (start = c; *c && (digit = strchr(digits, *c | (*c >= 'A' ? 0x20 : 0))); c++) {
		if (v >> 60)
			return false;
		v = v << 4 | (uint64_t)(digit - digits);
	}
	if (c == start)
		return false;
	*at = c;
	*ret_value = v;
	return true;
}

enum map_line
map_bad(struct map_parser *p, const char *at, const char *wanted)
{
	p->at = at;
	p->wanted = wanted;
	return LINE_BAD;
}

enum map_line
map_take(struct map_parser *p, const char *at, uint64_t first, uint64_t last, uint32_t type)
{
	struct refusal why;
	uint64_t len = last - first;

	if (last < first)
		return map_bad(p, at, "an end that is not below the start");
	if (len != UINT64_MAX)
		len++;
	if (memmap_add(&p->given->map, first, len, type, &why) != REFUSAL_NONE)
		return map_bad(p, at, "at most 512 ranges that cannot be joined");
	return LINE_TAKEN;
}

static enum map_line
take_line(struct map_parser *p, const char *line)
{
	static enum map_line (*const parsers[])(struct map_parser *, const char *) = {
	        map_line_e820, map_line_efi, map_line_shell, map_line_qemu};
	enum map_line result = LINE_OTHER;

	for (size_t i = 0; i < 4 && result == LINE_OTHER; i++)
		result = parsers[i](p, line);
	return result;
}

static bool
set_error(struct map_error *e, uint32_t line, const char *found, const char *wanted)
{
	e->line = line;
	snprintf(e->found, sizeof(e->found), "%.60s", found);
	e->wanted = wanted;
	return false;
}

/* The line at `off` without its end, NUL-terminated; returns where the next one starts. */
static uint64_t
next_line(struct span text, uint64_t off, char line[MAP_LINE])
{
	size_t n = 0;

	for (; off < text.size && text.base[off] != '\n'; off++) {
		uint8_t c = text.base[off];

		if (n + 1 < MAP_LINE && c != '\r')
			line[n++] = c >= ' ' && c < 0x7f ? (char)c : c == '\t' ? ' ' : '?';
	}
	line[n] = '\0';
	return off + 1;
}

static bool
parse_text(struct map_parser *p, struct span text, struct map_error *ret_error)
{
	char line[MAP_LINE];
	uint32_t number = 0;

	for (uint64_t off = 0; off < text.size;) {
		off = next_line(text, off, line);
		number++;
		if (take_line(p, line) == LINE_BAD)
			return set_error(ret_error, number, p->at, p->wanted);
	}
	if (p->given->kind == GIVEN_NOTHING)
		return set_error(ret_error, 0, "nothing of that", ANYTHING);
	return true;
}

/* The descriptors together, by the code that reads a firmware's. */
static bool
finish_efi(struct map_parser *p, struct map_error *ret_error)
{
	struct span raw = {p->raw, p->raw_len};
	struct refusal why;
	static char found[64];

	if (efi_map_read(raw, EFI_DESC, &p->given->efi, &why) == REFUSAL_NONE) {
		p->given->map = p->given->efi.map;
		return true;
	}
	snprintf(found, sizeof(found), "%s 0x%llx", why.detail ? why.detail : "too many",
	        (unsigned long long)why.found);
	return set_error(ret_error, 0, found, "descriptors of whole pages, below 2^64");
}

bool
map_parse(struct span bytes, struct given_map *ret_given, struct map_error *ret_error)
{
	struct map_parser p = {.given = ret_given};
	bool good;

	memset(ret_given, 0, sizeof(*ret_given));
	if (fdt_total_size(bytes)) {
		ret_given->kind = GIVEN_TREE;
		ret_given->what = "a device tree";
		return true;
	}
	good = parse_text(&p, bytes, ret_error);
	if (good && ret_given->kind == GIVEN_EFI)
		good = finish_efi(&p, ret_error);
	free(p.raw);
	if (good && !memmap_ram_size(&ret_given->map))
		return set_error(ret_error, 0, "no RAM", "at least one range of usable memory");
	return good;
}
