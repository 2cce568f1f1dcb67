/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ends a refused boot: words the refusal, then shuts the machine down as failed.
 *
 * SBI specification 2.0, chapter 10 (SRST); firmware without it has the legacy shutdown.
 * Surprise: with the OpenSBI of Debian 12 QEMU ends with status 0 even on a failure.
 */
#include "riscv/base/die.h"

#include "riscv/base/console.h"
#include "riscv/base/own_image.h"
#include "riscv/base/sbi.h"
#include "stub/body/symbols.h"

#define LINE_MAX  1024
#define PLACE_MAX 128

extern const char symbols[]; /* head.S; SYMBOLS_ROOM bytes */

_Noreturn void
die(const struct refusal *why)
{
	static char sentence[LINE_MAX];

	refusal_format(why, sentence, sizeof(sentence));
	console_line(sentence);
	sbi_call(SBI_SRST, 0, (struct sbi_args){{SBI_SRST_SHUTDOWN, SBI_SRST_FAILURE}});
	sbi_call1(SBI_LEGACY_SHUTDOWN, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}

_Noreturn void
host_fault(uint64_t cause, uint64_t pc, uint64_t address)
{
	static struct refusal why;
	static char place[PLACE_MAX];
	struct text t = text_init(place, sizeof(place));
	uintptr_t start = (uintptr_t)kshim_text;

	symbol_text(&t, symbols, (struct range){start, (uintptr_t)kshim_text_end - start}, pc);
	refuse(&why, REFUSAL_RISCV_FAULT, pc, cause, address);
	why.detail = place;
	die(&why);
}
