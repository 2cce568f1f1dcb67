/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what was found and what will be done, one line each, for whoever reads the console.
 */
#include "stub/report.h"
#include "efi/boot.h"
#include "efi/say.h"

#define LINE 512

void
report_kernel(const struct boot *b)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	say("version " KSHIM_VERSION);
	text_str(&t, "kernel from ");
	text_str(&t, b->from);
	text_str(&t, " (");
	text_str(&t, b->kernel.name);
	text_str(&t, "): ");
	report_facts(&t, &b->facts);
	say(buf);
}

/* One line about the plan. */
static void
say_plan(const struct boot *b, void (*line)(struct text *, const struct plan *))
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	line(&t, &b->plan);
	say(buf);
}

void
report_plan(const struct boot *b)
{
	say_plan(b, report_place);
	if (b->plan.initrd.len)
		say_plan(b, report_initrd);
	say_plan(b, report_entry);
}
