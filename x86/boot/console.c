/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends text to the console that `kshim.console=` names.
 */
#include "x86/boot/console.h"
#include "x86/cpu/port.h"
#include "x86/cpu/serial.h"

static enum console chosen = CONSOLE_COM1;

void
console_select(enum console console)
{
	chosen = console;
}

static void
console_char(char c)
{
	if (chosen == CONSOLE_COM1)
		serial_char(c);
	else if (chosen == CONSOLE_0XE9)
		outb(PORT_DEBUGCON, (uint8_t)c);
}

void
console_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n' && chosen == CONSOLE_COM1)
			console_char('\r');
		console_char(*text);
	}
}

void
console_line(const char *line)
{
	console_text("kshim: ");
	console_text(line);
	console_text("\n");
}
