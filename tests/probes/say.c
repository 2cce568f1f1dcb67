/* SPDX-License-Identifier: BSD-2-Clause */
/* The probe's words on COM1 (8250 at 0x3f8) and the ways to end a PC. */
#include "probe.h"

#define COM1      0x3f8
#define LSR_EMPTY 0x20
#define EXIT_PORT 0xf4 /* isa-debug-exit: status (value << 1) | 1 */

void
say_init(void)
{
	outb(COM1 + 1, 0x00);
	outb(COM1 + 3, 0x80);
	outb(COM1 + 0, 0x01);
	outb(COM1 + 1, 0x00);
	outb(COM1 + 3, 0x03);
	outb(COM1 + 2, 0x07);
}

static void
put(char c)
{
	/* A port that is not there reads 0xff, so this ends. */
	while (!(inb(COM1 + 5) & LSR_EMPTY))
		;
	outb(COM1, (uint8_t)c);
}

void
say(const char *text)
{
	for (; *text; text++)
		put(*text);
}

void
say_hex(uint64_t v)
{
	int shift = 60;

	say("0x");
	while (shift && !(v >> shift & 15))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put("0123456789abcdef"[v >> shift & 15]);
}

void
fail(struct probe *p, const char *what, uint64_t found, uint64_t wanted)
{
	if (p->failures++ >= 20)
		return;
	say("probe ");
	say(p->label->name);
	say(": FAIL ");
	say(what);
	say(" found ");
	say_hex(found);
	say(" wanted ");
	say_hex(wanted);
	say("\r\n");
}

void
want(struct probe *p, const char *what, uint64_t found, uint64_t wanted)
{
	if (found != wanted)
		fail(p, what, found, wanted);
}

_Noreturn void
end(bool passed)
{
	static const struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) none = {0, 0};

	outb(EXIT_PORT, passed ? 0x10 : 0x11);
	outb(0x64, 0xfe); /* keyboard controller: reset */
	if (sizeof(void *) == 4)
		__asm__ volatile("lidt %0; int3" : : "m"(none));
	for (;;)
		__asm__ volatile("cli; hlt");
}
