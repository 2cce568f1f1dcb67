/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines that say what kshim found and decided. */
#include "riscv/boot.h"
#include "riscv/console.h"
#include "stub/text.h"

#define LINE 160

void
report_kernel(const struct boot *b)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	console_line("version " KSHIM_VERSION);
	text_str(&t, "kernel from ");
	text_str(&t, b->file.name);
	text_str(&t, b->file.is_bundle ? " (a bundle): " : ": ");
	text_str(&t, "RISC-V Image, ");
	text_dec(&t, b->facts.size);
	text_str(&t, " bytes, ");
	text_dec(&t, b->facts.riscv.image_size);
	text_str(&t, " in memory");
	console_line(buf);
}

static void
report_initrd(struct range r)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	text_str(&t, "initrd at ");
	text_hex(&t, r.addr);
	text_str(&t, "-");
	text_hex(&t, range_end(r) - 1);
	console_line(buf);
}

void
report_plan(const struct boot *b)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	if (b->plan.initrd.len)
		report_initrd(b->plan.initrd);
	text_str(&t, "entering the kernel at ");
	text_hex(&t, b->plan.entry);
	text_str(&t, b->mode == MODE_GUEST ? " as a guest, device tree at "
	                                   : " directly, device tree at ");
	text_hex(&t, plan_find(&b->plan, PLACE_FDT)->range.addr);
	console_line(buf);
}
