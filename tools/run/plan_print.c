/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan of a run as `kshim plan` shows it: map and placements as one table, the entry.
 */
#include "plan_print.h"

#include <stdio.h>
#include <stdlib.h>

#include "stub/body/report.h"
#include "tools/plan/show.h"

int
plan_print(const struct boot *boot)
{
	struct regions *regions = malloc(sizeof(*regions));
	struct term t = term_open(stdout);

	if (!regions)
		return fail(STATUS_HOST, "no memory");
	regions_make(&boot->req, &boot->plan, regions);
	printf("protocol %s\n", protocol_name(boot->plan.protocol));
	show_table(&t, regions);
	show_entry(&t, &boot->plan);
	printf("command line: %s\n", boot->line);
	free(regions);
	return STATUS_OK;
}
