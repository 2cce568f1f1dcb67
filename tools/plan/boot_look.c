/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of `kshim plan` without its outputs.
 */
#include "tools/plan/boot_look.h"

#include <stdlib.h>

#define ROOMY (64 * GIB)
#define LEAST (2 * MIB) /* where the search for the least memory starts */
#define HAVE  "vda,sda,hda,xvda,nvme0n1,mmcblk0,md0,dm-0,ttyS1,ttyS2,ttyS3,hvc0"

struct boot_look *
boot_look_new(const char *kernel, const char *append, uint64_t limit)
{
	struct boot_look *look = calloc(1, sizeof(*look));

	if (look)
		look->c.options = (struct plan_options){.kernel = kernel,
		        .append = append,
		        .have = HAVE,
		        .memory = ROOMY,
		        .limit = limit,
		        .body = PLAN_DIRECT,
		        .machine = MACHINE_PC,
		        .rdrand = true};
	return look;
}

/* With the least memory that will do the case is planned again. */
static void
find_least(struct boot_look *look)
{
	struct plan_case *c = &look->c;

	c->options.memory = LEAST;
	look->least = unpacking_least_memory(c, &look->unpacking);
	c->options.memory = ROOMY;
	case_plan(c, ROOMY);
}

int
boot_look_make(struct boot_look *look)
{
	struct plan_case *c = &look->c;
	int status = STATUS_OK;

	if (!case_take(c, &status))
		return status;
	if (!c->code)
		case_plan(c, ROOMY);
	if (!look->known && !findings_of_initrds(c, &look->findings, &look->unpacking, &status))
		return status;
	findings_of_words(c, &look->findings);
	if (!look->known && !c->code && !findings_have_error(&look->findings))
		find_least(look);
	return STATUS_OK;
}

void
boot_look_free(struct boot_look *look)
{
	case_free(&look->c);
	free(look);
}
