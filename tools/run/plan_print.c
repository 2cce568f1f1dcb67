/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan as a table, in the order of addresses.
 */
#include "plan_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "stub/entry.h"
#include "stub/report.h"

static const char *const types[] = {
        "?", "RAM", "reserved", "ACPI", "NVS", "unusable", "disabled", "pmem"};

static void
print_range(struct range r, const char *name)
{
	printf("  0x%012" PRIx64 " - 0x%012" PRIx64 "  %12" PRIu64 "  %s\n", r.addr,
	        r.len ? range_end(r) - 1 : r.addr, r.len, name);
}

/* The placement with the lowest address above `after`; NULL if there is none. */
static const struct placement *
next_placement(const struct plan *plan, const struct placement *after)
{
	const struct placement *best = NULL;

	for (uint32_t i = 0; i < plan->placements; i++) {
		const struct placement *p = &plan->placement[i];

		if ((!after || p->range.addr > after->range.addr ||
		            (p->range.addr == after->range.addr && p > after)) &&
		        (!best || p->range.addr < best->range.addr))
			best = p;
	}
	return best;
}

static void
print_state(const struct plan *plan)
{
	struct machine_state s;

	entry_state(plan, &s);
	printf("entry: %u-bit, rip 0x%" PRIx64 ", rsp 0x%" PRIx64 ", rbx 0x%" PRIx64
	       ", rsi 0x%" PRIx64 "\n",
	        s.bits, s.rip, s.rsp, s.rbx, s.rsi);
	printf("       cr0 0x%" PRIx64 ", cr3 0x%" PRIx64 ", cr4 0x%" PRIx64 ", efer 0x%" PRIx64
	       "\n",
	        s.cr0, s.cr3, s.cr4, s.efer);
}

void
plan_print(const struct boot *boot)
{
	const struct plan *plan = &boot->plan;

	printf("memory map:\n");
	for (uint32_t i = 0; i < boot->map.count; i++)
		print_range(boot->map.entry[i].range,
		        types[boot->map.entry[i].type < 8 ? boot->map.entry[i].type : 0]);
	printf("placements (protocol %s):\n", protocol_name(plan->protocol));
	for (const struct placement *p = next_placement(plan, NULL); p;
	        p = next_placement(plan, p))
		print_range(p->range, p->name);
	if (boot->module_range.len)
		print_range(boot->module_range, "module");
	print_state(plan);
	printf("command line: %s\n", boot->line);
}
