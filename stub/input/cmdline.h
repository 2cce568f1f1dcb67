/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's command line: joined from its parts, our own words taken out.
 *
 * Words are separated by blanks; double quotes protect blanks, as Linux reads them. A word
 * kshim.NAME=VALUE is ours: it is read and removed, and the rest of the line is kept byte for
 * byte (one blank goes with the removed word).
 */
#ifndef KSHIM_CMDLINE_H
#define KSHIM_CMDLINE_H

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

enum protocol {
	PROTOCOL_AUTO,
	PROTOCOL_PVH,
	PROTOCOL_LINUX64,
	PROTOCOL_LINUX32,
	PROTOCOL_RISCV, /* chosen by the kernel's format, never by a word */
};

enum console {
	CONSOLE_COM1,
	CONSOLE_0XE9,
	CONSOLE_NONE,
};

enum mode { /* RISC-V */
	MODE_AUTO,
	MODE_DIRECT,
	MODE_GUEST,
};

/* What our words said; the defaults are all 0. */
struct cmdline_words {
	enum protocol protocol;
	enum console console;
	enum mode mode;
	bool quiet;   /* the kernel's own `quiet`, or a `loglevel=` below 5 */
	bool profile; /* kshim.profile= was there; cmdline_profile() has its value */
	bool entry;   /* kshim.entry= was there; cmdline_value() has its value */
};

struct cmdline {
	char *text;  /* caller's buffer, always NUL-terminated */
	size_t size; /* of the buffer, bytes */
	size_t len;  /* of the line, without the NUL */
};

/* Make an empty line in buf[0..size), size > 0. */
struct cmdline cmdline_init(char *buf, size_t size);

/*
 * Append a part, after a blank if the line is not empty. Trailing newlines and NULs of the
 * part are dropped; an empty part adds nothing.
 * Errors: REFUSAL_CMDLINE_CONTROL (where = offset in the part, found = the byte) for any other
 * control byte but tab, a NUL inside the part included; REFUSAL_CMDLINE_BUFFER (found = bytes
 * needed, wanted = bytes the buffer holds, both without the NUL). The line is then unchanged.
 */
enum refusal_code cmdline_append(
        struct cmdline *line, struct span part, struct refusal *ret_why);

/*
 * The same for .cmdline of a unified kernel image, which tools copy from files as they are: its
 * first NUL ends it, control bytes become blanks, and blanks at both ends are dropped, as
 * systemd's stub does.
 * Errors: REFUSAL_CMDLINE_BUFFER.
 */
enum refusal_code cmdline_append_section(
        struct cmdline *line, struct span section, struct refusal *ret_why);

/* REFUSAL_CMDLINE_WORD: kshim.entry= was said where the kernel was given. */
enum refusal_code cmdline_refuse_entry(struct refusal *why);

/* The value of the last kshim.profile= into buf[0..size), cut to its length; "" if none. */
void cmdline_profile(const struct cmdline *line, char *buf, size_t size);

/* Take all words kshim.profile= out of the line: for a kernel that has been taken out. */
void cmdline_cut_profile(struct cmdline *line);

/*
 * Read our words and take them out of the line; a later word overrides an earlier one.
 * Errors: REFUSAL_CMDLINE_WORD with where = offset of a kshim. word that names nothing or
 * has an unknown value (detail says which); the line is then unchanged.
 */
enum refusal_code cmdline_take_words(
        struct cmdline *line, struct cmdline_words *ret_words, struct refusal *ret_why);

/*
 * The value of the kernel's last word NAME=VALUE before a bare `--`, without quotes around it
 * (`name` includes the "="); false if there is none. *ret_value points into the line.
 */
bool cmdline_value(const struct cmdline *line, const char *name, struct span *ret_value);

/*
 * A number as Linux reads it: 0x hexadecimal, leading 0 octal, else decimal. Returns the bytes
 * used, 0 if there is no digit; a value that is too large becomes UINT64_MAX.
 */
uint64_t cmdline_number(struct span text, uint64_t *ret_number);

/*
 * The lowest limit that `mem=SIZE[KMGTPE]` words set (the form without @), or UINT64_MAX.
 * Linux ends its RAM there, so an initrd must lie below.
 */
uint64_t cmdline_mem_limit(const struct cmdline *line);

#endif
