/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines that say what kshim found and decided. */
#include "stub/body/report.h"
#include "riscv/base/console.h"
#include "riscv/boot/boot.h"

#define LINE 160

void
report_kernel(const struct boot *b)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	console_line("version " KSHIM_VERSION);
	text_str(&t, "kernel from ");
	text_str(&t, b->file.blob.name);
	text_str(&t, b->file.is_bundle ? " (a bundle): " : ": ");
	report_facts(&t, &b->facts);
	text_str(&t, ", ");
	text_dec(&t, b->facts.riscv.image_size);
	text_str(&t, " in memory");
	console_line(buf);
}

static void
say_initrd(const struct plan *plan)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	report_initrd(&t, plan);
	console_line(buf);
}

void
report_plan(const struct boot *b)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	if (b->plan.initrd.len)
		say_initrd(&b->plan);
	text_str(&t, "entering the kernel at ");
	text_hex(&t, b->plan.entry);
	text_str(&t, b->mode == MODE_GUEST ? " as a guest, device tree at "
	                                   : " directly, device tree at ");
	text_hex(&t, plan_find(&b->plan, PLACE_FDT)->range.addr);
	console_line(buf);
}
