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
	struct scene *scene = malloc(sizeof(*scene));
	struct term t = term_open(stdout);

	if (!scene)
		return fail(STATUS_HOST, "no memory");
	scene_make(&boot->req, &boot->plan, scene);
	printf("protocol %s\n", protocol_name(boot->plan.protocol));
	show_table(&t, scene);
	show_entry(&t, &boot->plan);
	printf("command line: %s\n", boot->line);
	free(scene);
	return STATUS_OK;
}
