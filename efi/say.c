/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints by SimpleTextOutput (UEFI 2.10, 12.4) and, where the firmware does not do so itself,
 * by the first serial port. The variable ConOut tells: a UART in it means that it does.
 */
#include "efi/say.h"
#include "efi/firmware.h"
#include "stub/input/utf.h"
#include "x86/cpu/serial.h"

#define LINE_ROOM 512
#define PATH_ROOM 1024

static enum console chosen = CONSOLE_COM1;

void
say_console(enum console console)
{
	chosen = console;
}

/* Does the firmware's console variable name a serial line? */
static bool
firmware_has_serial(void)
{
	static uint8_t path[PATH_ROOM];
	EFI_GUID global = EFI_GLOBAL_VARIABLE;
	UINTN size = sizeof(path);

	if (fw.table->RuntimeServices->GetVariable(
	            (CHAR16 *)L"ConOut", &global, NULL, &size, path) != EFI_SUCCESS)
		return false;
	for (UINTN at = 0; at + 4 <= size;) {
		UINTN len = path[at + 2] | (UINTN)path[at + 3] << 8;

		if (path[at] == MESSAGING_DEVICE_PATH && path[at + 1] == MSG_UART_DP)
			return true;
		if (len < 4)
			break;
		at += len;
	}
	return false;
}

static void
serial(const char *text)
{
	static int use = -1;

	if (use < 0)
		use = !firmware_has_serial();
	if (!use || chosen != CONSOLE_COM1)
		return;
	for (; *text; text++)
		serial_char(*text);
}

static void
print(const char *text)
{
	static uint16_t wide[LINE_ROOM + 32];

	if (fw.table->ConOut && utf16_from_8(text, wide, sizeof(wide) / sizeof(wide[0])))
		fw.table->ConOut->OutputString(fw.table->ConOut, wide);
	serial(text);
}

void
say(const char *line)
{
	print("kshim: ");
	print(line);
	print("\r\n");
}

void
say_refusal(const struct refusal *why)
{
	static char line[LINE_ROOM];

	refusal_format(why, line, sizeof(line));
	say(line);
}
