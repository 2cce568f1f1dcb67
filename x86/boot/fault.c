/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words an exception of our own: number, place, error code, CR2, and in which function it was.
 */
#include "x86/boot/fault.h"
#include "stub/base/refusal.h"
#include "stub/body/symbols.h"
#include "x86/boot/die.h"
#include "x86/boot/own_image.h"

#define DETAIL_MAX 160

extern const char symbols[]; /* fault_entries.asm; SYMBOLS_ROOM bytes */

_Noreturn void
fault(uint64_t vector, uint64_t error, uint64_t rip, uint64_t cr2)
{
	static char detail[DETAIL_MAX];
	struct text t = text_init(detail, sizeof(detail));
	struct named_range code;
	struct refusal why;

	image_between(&code, kshim_text, kshim_text_end);
	symbol_text(&t, symbols, code.range, rip);
	text_str(&t, ", error code ");
	text_hex(&t, error);
	text_str(&t, ", CR2 ");
	text_hex(&t, cr2);
	refuse(&why, REFUSAL_CPU_FAULT, 0, vector, rip);
	why.detail = detail;
	die(&why);
}
