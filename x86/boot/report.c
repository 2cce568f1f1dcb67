/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what was found and what will be done, one line each, for whoever reads the console.
 */
#include "stub/body/report.h"
#include "x86/boot/boot.h"
#include "x86/boot/console.h"

#define LINE 160

static void
say(const char *buf)
{
	console_text("kshim: ");
	console_text(buf);
	console_text("\n");
}

void
report_kernel(const struct boot *b)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	say("version " KSHIM_VERSION);
	text_str(&t, "kernel from ");
	text_str(&t, b->file.blob.name);
	text_str(&t, b->file.is_bundle ? " (a bundle): " : ": ");
	report_facts(&t, &b->facts);
	say(buf);
}

void
report_plan(const struct boot *b)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	report_place(&t, &b->plan);
	say(buf);
	if (b->plan.initrd.len) {
		t = text_init(buf, sizeof(buf));
		report_initrd(&t, &b->plan);
		say(buf);
	}
	t = text_init(buf, sizeof(buf));
	report_entry(&t, &b->plan);
	say(buf);
}
