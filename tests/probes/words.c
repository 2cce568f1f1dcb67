/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The row's words on the command line, and the check of the line itself.
 *
 * Words: probe.line=CRC (eight digits) of the whole line with these digits as 00000000;
 * probe.initrd=LEN:CRC of the (joined) initrd; probe.files=N and probe.fileI=LEN:CRC of the
 * modules of a hypervisor; probe.ram=N bytes of RAM in the map;
 * probe.entry=pvh|linux32|linux64; probe.at=ADDR where it must run; probe.rsdp=ADDR (0: none);
 * probe.where=1 says where everything lies, probe.dump=1 shows the handoff's bytes;
 * probe.maps=N entries at least; probe.efi=1 if the firmware is UEFI, probe.seed=1 if it has
 * random numbers; probe.copies=N copies of the seed that there may be besides;
 * probe.lax=WORD,.. leaves checks out (launchers other than kshim). Numbers are hexadecimal.
 */
#include "probe.h"

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The text after "NAME=" of the first such word, or NULL. */
const char *
word(const struct probe *p, const char *name)
{
	uint64_t len = length(name);
	const char *line = p->cmdline ? at(p->cmdline) : "";

	for (const char *s = line; *s; s++)
		if ((s == line || blank(s[-1])) && same(s, name, len) && s[len] == '=')
			return s + len + 1;
	return NULL;
}

uint64_t
parse_hex(const char **text)
{
	uint64_t v = 0;

	for (;; ++*text) {
		char c = **text;

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else
			return v;
	}
}

bool
word_number(const struct probe *p, const char *name, uint64_t *ret_value)
{
	const char *s = word(p, name);

	if (!s)
		return false;
	*ret_value = parse_hex(&s);
	return true;
}

/* Is `what` among the words after probe.lax= ? */
bool
lax(const struct probe *p, const char *what)
{
	const char *s = word(p, "probe.lax");
	uint64_t len = length(what);

	while (s && *s && !blank(*s)) {
		if (same(s, what, len) && (s[len] == ',' || !s[len] || blank(s[len])))
			return true;
		while (*s && !blank(*s) && *s++ != ',')
			;
	}
	return false;
}

void
check_line(struct probe *p)
{
	const char *line = p->cmdline ? at(p->cmdline) : "";
	uint64_t len = length(line), off;
	const char *digits = word(p, "probe.line");
	uint32_t crc;
	uint64_t wanted;

	for (const char *s = line; *s; s++)
		if (same(s, "kshim.", 6))
			fail(p, "a word of kshim on the command line at offset",
			        (uint64_t)(s - line), 0);
	if (!digits) {
		fail(p, "no probe.line on the command line of bytes", len, 0);
		say("line: ");
		say(line);
		say("\r\n");
		return;
	}
	off = (uint64_t)(digits - line);
	wanted = parse_hex(&digits);
	crc = crc_more(0, (const uint8_t *)line, off);
	crc = crc_more(crc, (const uint8_t *)"00000000", 8);
	crc = crc_more(crc, (const uint8_t *)line + off + 8, len - off - 8);
	if (crc == wanted)
		return;
	fail(p, "checksum of the command line", crc, wanted);
	say("line: ");
	say(line);
	say("\r\n");
}
