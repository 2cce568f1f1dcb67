/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was found and what will be done, one line each.
 */
#include "report_lines.h"
#include "report.h"

#define LINE 512 /* a file's name under UEFI, and the words around it */

void
report_kernel_line(report_say *say, const char *from, const char *in, const struct facts *facts)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	text_str(&t, "kernel from ");
	text_str(&t, from);
	if (in) {
		text_str(&t, " (");
		text_str(&t, in);
		text_str(&t, ")");
	}
	text_str(&t, ": ");
	report_facts(&t, facts);
	say(buf);
}

void
report_kernel_file(report_say *say, const char *version, const struct kernel_file *f,
        const struct facts *facts)
{
	say(version);
	report_kernel_line(say, f->blob.name, kernel_file_form(f), facts);
}

static void
report_entry_way(struct text *t, const struct plan *plan, const char *way)
{
	const struct placement *tree = plan_find(plan, PLACE_FDT);

	text_str(t, "entering the kernel at ");
	text_hex(t, plan->entry);
	text_str(t, " ");
	text_str(t, way);
	if (tree) {
		text_str(t, ", device tree at ");
		text_hex(t, tree->range.addr);
	}
}

void
report_plan_lines(report_say *say, const struct plan *plan, const char *way)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	report_place(&t, plan);
	say(buf);
	if (plan->initrd.len) {
		t = text_init(buf, sizeof(buf));
		report_initrd(&t, plan);
		say(buf);
	}
	t = text_init(buf, sizeof(buf));
	if (way)
		report_entry_way(&t, plan, way);
	else
		report_entry(&t, plan);
	say(buf);
}
