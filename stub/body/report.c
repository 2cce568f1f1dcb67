/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts and plan into the lines that a person reads on the console.
 */
#include "report.h"

const char *
protocol_name(enum protocol protocol)
{
	switch (protocol) {
	case PROTOCOL_PVH:
		return "pvh";
	case PROTOCOL_LINUX64:
		return "linux64";
	case PROTOCOL_LINUX32:
		return "linux32";
	case PROTOCOL_RISCV:
		return "riscv";
	case PROTOCOL_AUTO:
	default:
		return "auto";
	}
}

void
report_facts(struct text *t, const struct facts *facts)
{
	switch (facts->format) {
	case KERNEL_BZIMAGE:
		text_str(t, "bzImage, protocol ");
		text_dec(t, facts->bz.version >> 8);
		text_str(t, (facts->bz.version & 0xff) < 10 ? ".0" : ".");
		text_dec(t, facts->bz.version & 0xff);
		break;
	case KERNEL_ELF64:
		text_str(t, "ELF64");
		break;
	case KERNEL_ELF32:
		text_str(t, "ELF32");
		break;
	case KERNEL_RISCV:
		text_str(t, facts->riscv.is_elf ? "RISC-V ELF" : "RISC-V Image");
		break;
	}
	text_str(t, ", ");
	text_dec(t, facts->size);
	text_str(t, " bytes");
}

void
report_place(struct text *t, const struct plan *plan)
{
	int64_t d = plan->displacement;

	text_str(t, "kernel at ");
	text_hex(t, plan->kernel_load);
	if (d) {
		text_str(t, d < 0 ? ", moved down by " : ", moved up by ");
		text_hex(t, d < 0 ? 0 - (uint64_t)d : (uint64_t)d);
	}
}

void
report_initrd(struct text *t, const struct plan *plan)
{
	text_str(t, "initrd at ");
	text_hex(t, plan->initrd.addr);
	text_str(t, "-");
	text_hex(t, range_end(plan->initrd) - 1);
}

void
report_entry(struct text *t, const struct plan *plan)
{
	text_str(t, "entering the kernel at ");
	text_hex(t, plan->entry);
	text_str(t, " by ");
	text_str(t, protocol_name(plan->protocol));
}
