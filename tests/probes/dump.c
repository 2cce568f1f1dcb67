/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handoff itself in hexadecimal, for a row that compares two bodies (probe.dump=1):
 * "dump NAME OFFSET BYTES", sixteen bytes a line, lines of zeros left out.
 */
#include "probe.h"

#define LINE       16
#define START_INFO 56 /* version 1 */
#define MODULE     32

static void
say_byte(uint8_t v)
{
	char text[3] = {"0123456789abcdef"[v >> 4], "0123456789abcdef"[v & 15], 0};

	say(text);
}

static void
dump_bytes(const char *name, uint64_t addr, uint64_t len)
{
	const uint8_t *bytes = at(addr);

	for (uint64_t off = 0; off < len; off += LINE) {
		uint64_t n = len - off < LINE ? len - off : LINE;

		if (all_zero(bytes + off, n))
			continue;
		say("dump ");
		say(name);
		say(" ");
		say_hex(off);
		say(" ");
		for (uint64_t i = 0; i < n; i++)
			say_byte(bytes[off + i]);
		say("\r\n");
	}
}

void
dump_handoff(const struct probe *p)
{
	if (!word(p, "probe.dump"))
		return;
	dump_bytes("registers", (uintptr_t)p->saved, sizeof(*p->saved));
	if (p->saved->entry == AT_PVH) {
		dump_bytes("start_info", p->saved->rbx, START_INFO);
		for (uint32_t i = 0; i < p->files; i++)
			dump_bytes("module", ((const uint64_t *)at(p->saved->rbx))[2], MODULE);
	} else {
		dump_bytes("boot_params", p->saved->rsi, sizeof(struct boot_params));
	}
	dump_bytes("gdt", p->gdt.addr, p->gdt.len);
}
