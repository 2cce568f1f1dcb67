/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's monitor command `info mtree -f` (softmmu/memory.c, mtree_info_flatview()).
 *
 *     FlatView #1
 *      AS "memory", root: system
 *      0000000000000000-000000000009ffff (prio 0, ram): pc.ram
 *
 * Only the view of address space "memory" counts. It tells what is behind each address, not
 * what firmware keeps of it: so BIOS data and the ISA hole are taken off here.
 */
#include "tools/plan/map.h"

#include <string.h>

#define HOLE     0x9fc00u
#define HOLE_END (1 * MIB)

/* The machine's memory, not a display's or a ROM's that is backed by RAM. */
static bool
is_main_memory(const char *name)
{
	static const char *const others[] = {"vram", "rom", "bios", "option", "virtio"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strstr(name, others[i]))
			return false;
	}
	return true;
}

static enum map_line
take_ram(struct map_parser *p, const char *at, uint64_t first, uint64_t last)
{
	enum map_line result = LINE_TAKEN;

	if (first < HOLE)
		result = map_take(p, at, first, last < HOLE ? last : HOLE - 1, MEM_RAM);
	if (result == LINE_TAKEN && last >= HOLE_END)
		result = map_take(p, at, first < HOLE_END ? HOLE_END : first, last, MEM_RAM);
	return result;
}

static enum map_line
take_region(struct map_parser *p, const char *line)
{
	const char *at = line;
	uint64_t first, last;
	bool ram;

	if (!take_hex(&at, &first) || !take_text(&at, "-") || !take_hex(&at, &last))
		return map_bad(p, line, "FIRST-LAST in hexadecimal");
	if (!take_text(&at, " (prio ") || strspn(at, "-0123456789") == 0)
		return map_bad(p, at, "(prio N, KIND): NAME");
	at += strspn(at, "-0123456789");
	if (!take_text(&at, ", "))
		return map_bad(p, at, ", and the kind of memory");
	ram = take_text(&at, "ram)") || take_text(&at, "nv-ram)");
	if (!ram && !strchr(at, ')'))
		return map_bad(p, at, "ram, rom, romd, i/o or the like, and )");
	if (last < first)
		return map_bad(p, line, "an end that is not below the start");
	if (!ram || !is_main_memory(at))
		return LINE_TAKEN;
	if (!p->given->map.count &&
	        map_take(p, at, HOLE, HOLE_END - 1, MEM_RESERVED) != LINE_TAKEN)
		return LINE_BAD;
	p->given->kind = GIVEN_E820;
	p->given->what = "QEMU's map";
	return take_ram(p, line, first, last);
}

enum map_line
map_line_qemu(struct map_parser *p, const char *line)
{
	if (p->given->kind != GIVEN_NOTHING && (p->given->kind != GIVEN_E820 || p->e820_rank))
		return LINE_OTHER;
	if (strncmp(line, "FlatView #", 10) == 0) {
		p->in_view = false;
		return LINE_OTHER;
	}
	if (strstr(line, "AS \"memory\"")) {
		p->in_view = true;
		return LINE_OTHER;
	}
	take_blanks(&line);
	if (!p->in_view || strspn(line, "0123456789abcdef") < 8)
		return LINE_OTHER;
	return take_region(p, line);
}
