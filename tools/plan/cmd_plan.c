/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim plan: where everything would lie, without booting anything.
 *
 * Options, files, plan, what goes with the kernel, and then one of three ways to show it.
 */
#include <stdlib.h>

#include "tools/plan/collide.h"
#include "tools/plan/findings.h"
#include "tools/plan/plan_case.h"
#include "tools/plan/show.h"
#include "tools/plan/unpacking.h"

struct result {
	struct plan_case c;
	struct regions regions;
	struct findings findings;
	struct unpacking unpacking;
	struct advice advice;
};

static int
print(struct result *r)
{
	struct show show = {&r->c, &r->regions, &r->findings, &r->advice};
	struct term t = term_open(stdout);
	int status =
	        r->c.code || findings_have_error(&r->findings) ? STATUS_REFUSED : STATUS_OK;

	if (r->c.options.json)
		show_json(&show);
	else
		show_text(&t, &show);
	if (r->c.options.svg && show_svg(r->c.options.svg, &show) != STATUS_OK)
		status = STATUS_HOST;
	return status;
}

/* What collides, and what would help. */
static void
help_out(struct result *r)
{
	collide_find(&r->c, &r->regions);
	advice_find(&r->c, &r->unpacking, &r->advice);
}

static int
plan(struct result *r)
{
	struct plan_case *c = &r->c;
	int status = STATUS_OK;

	if (!case_read(c, &status))
		return status;
	if (!c->code)
		case_plan(c, c->options.memory);
	if (c->req.map)
		regions_make(&c->req, &c->plan, &r->regions);
	if (!findings_of_initrds(c, &r->findings, &r->unpacking, &status))
		return status;
	if (c->code && c->req.map)
		help_out(r);
	unpacking_look(c, &r->unpacking, &r->findings);
	if (c->req.map)
		findings_of_words(c, &r->findings);
	status = case_unchanged(c);
	return status == STATUS_OK ? print(r) : status;
}

int
cmd_plan(int argc, char **argv)
{
	struct result *r = calloc(1, sizeof(*r));
	int status = STATUS_HOST;

	if (!r)
		return fail(STATUS_HOST, "no memory");
	if (plan_options_parse(argc, argv, &r->c.options, &status)) {
		status = plan(r);
		case_free(&r->c);
	}
	free(r);
	return status;
}
