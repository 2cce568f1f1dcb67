/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dmesg's listing of the e820 map (Linux arch/x86/kernel/e820.c, e820__print_table()).
 *
 *     BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
 *     BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff]  System RAM     since Linux 7.0
 *     BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)       before 3.5, end excluded
 *
 * "user:" (after memmap= on the command line) and "modified:" lists have the same form; the
 * firmware's own list is preferred to them. Surprises: "soft reserved" is RAM that a driver
 * wants; Linux 7.0 also lists what lies between the ranges, as "[gap 0x...-0x...]".
 */
#include "tools/plan/map.h"

#include <string.h>

static const struct {
	const char *name;
	uint32_t type;
} types[] = {
        {"usable", MEM_RAM},
        {"System RAM", MEM_RAM},
        {"reserved", MEM_RESERVED},
        {"device reserved", MEM_RESERVED},
        {"soft reserved", MEM_RESERVED},
        {"ACPI data", MEM_ACPI},
        {"ACPI NVS", MEM_NVS},
        {"unusable", MEM_UNUSABLE},
        {"persistent (type 7)", MEM_PMEM},
        {"persistent (type 12)", MEM_PMEM},
        {"persistent", MEM_PMEM},
};

/* Two addresses in either form: what makes a line with a short word one of a list. */
static bool
is_range(const char *at)
{
	uint64_t first;

	return strncmp(at, "[mem 0x", 7) == 0 || strncmp(at, "[gap 0x", 7) == 0 ||
	       (take_hex(&at, &first) && strncmp(at, " - ", 3) == 0);
}

/* The list that a line belongs to, by the words before its range; 0: none. */
static uint32_t
rank_of(const char *line, const char **ret_rest)
{
	static const struct {
		const char *word;
		uint32_t rank;
	} lists[] = {{"BIOS-e820: ", 4}, {"BIOS-e801: ", 3}, {"BIOS-88: ", 3}, {"Xen: ", 3},
	        {"user: ", 2}, {"modified: ", 1}};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const char *found = strstr(line, lists[i].word);

		if (found && (i == 0 || is_range(found + strlen(lists[i].word)))) {
			*ret_rest = found + strlen(lists[i].word);
			return lists[i].rank;
		}
	}
	return 0;
}

static bool
take_type(const char **at, uint32_t *ret_type)
{
	uint64_t number;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (take_text(at, types[i].name)) {
			*ret_type = types[i].type;
			return true;
		}
	}
	*ret_type = MEM_RESERVED; /* as Linux takes what it does not know */
	return take_text(at, "type ") && take_hex(at, &number);
}

static enum map_line
take_new_form(struct map_parser *p, const char *at)
{
	const char *start = at;
	uint64_t first, last;
	uint32_t type;

	if (!take_hex(&at, &first))
		return map_bad(p, at, "the first address, as 0x1000");
	if (!take_text(&at, "-"))
		return map_bad(p, at, "- between the addresses");
	if (!take_hex(&at, &last))
		return map_bad(p, at, "the last address, as 0x1fff");
	if (!take_text(&at, "] "))
		return map_bad(p, at, "] and a blank after the addresses");
	while (*at == ' ')
		at++;
	if (!take_type(&at, &type))
		return map_bad(p, at, "usable, reserved, ACPI data, ACPI NVS, ... or type N");
	return map_take(p, start, first, last, type);
}

static enum map_line
take_old_form(struct map_parser *p, const char *at)
{
	const char *start = at;
	uint64_t first, end;
	uint32_t type;

	if (!take_hex(&at, &first))
		return map_bad(p, at, "[mem 0xFIRST-0xLAST] TYPE, or FIRST - END (TYPE)");
	if (!take_text(&at, " - ") || !take_hex(&at, &end))
		return map_bad(p, at, "- and the address of the end");
	if (!take_text(&at, " (") || !take_type(&at, &type))
		return map_bad(p, at, "(usable), (reserved), (ACPI data) or the like");
	if (end <= first)
		return map_bad(p, start, "an end above the start");
	return map_take(p, start, first, end - 1, type);
}

enum map_line
map_line_e820(struct map_parser *p, const char *line)
{
	const char *at;
	uint32_t rank = rank_of(line, &at);

	if (!rank || (p->given->kind != GIVEN_NOTHING && p->given->kind != GIVEN_E820) ||
	        rank < p->e820_rank || (p->given->kind == GIVEN_E820 && !p->e820_rank))
		return LINE_OTHER;
	if (rank > p->e820_rank)
		p->given->map.count = 0;
	p->e820_rank = rank;
	p->given->kind = GIVEN_E820;
	p->given->what = "an e820 map";
	if (take_text(&at, "[gap "))
		return LINE_TAKEN;
	return take_text(&at, "[mem ") ? take_new_form(p, at) : take_old_form(p, at);
}
