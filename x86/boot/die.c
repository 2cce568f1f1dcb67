/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ends a refused boot: words the refusal, hands its code to what started the machine.
 *
 * Where fw_cfg answers this is QEMU, which a keyboard reset would start again for ever.
 */
#include "x86/boot/die.h"
#include "stub/base/text.h"
#include "x86/boot/console.h"
#include "x86/boot/fw_cfg.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/port.h"

#define LINE_MAX 1024

/* An exception in here must not come back here. */
static bool dying;

static void
print_refusal(const struct refusal *why)
{
	static char sentence[LINE_MAX];

	refusal_format(why, sentence, sizeof(sentence));
	console_line(sentence);
}

_Noreturn void
die(const struct refusal *why)
{
	if (!dying) {
		dying = true;
		print_refusal(why);
	}
	outb(PORT_POST, (uint8_t)why->code);
	outb(PORT_EXIT, (uint8_t)why->code);
	if (!fw_cfg_present())
		outb(PORT_KEYBOARD, KEYBOARD_RESET);
	cpu_halt();
}
