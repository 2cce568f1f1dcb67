/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what was found and what will be done, one line each, for whoever reads the console.
 */
#include "stub/body/report.h"
#include "efi/boot.h"
#include "efi/say.h"

#define LINE     512
#define CR4_LA57 (1u << 12)

/* The kernel is entered with four levels; the trampoline sees to that. */
static bool
in_5_levels(void)
{
	uint64_t cr4;

	__asm__("mov %%cr4, %0" : "=r"(cr4));
	return cr4 & CR4_LA57;
}

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
	if (in_5_levels())
		say("leaving 5-level paging");
	t = text_init(buf, sizeof(buf));
	report_entry(&t, &b->plan);
	say(buf);
}
