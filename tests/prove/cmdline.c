/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line: a part is appended whole or not at all, a word lies in the line, and no
 * word with a prefix is left when those have been cut out.
 *
 * Inputs: lines of up to 4 bytes in a buffer of 8, a part of up to 3 bytes; the prefix is "k".
 *
 * unwind: 9
 */
#include "prove.h"

/* Byte by byte, because CBMC's own take any length for possible. */
static void
move_bytes(void *to, const void *from, size_t len)
{
	uint8_t copy[8];
	size_t i;

	PROVE(len <= sizeof(copy), "no more than a line is moved");
	for (i = 0; i < len; i++)
		copy[i] = ((const uint8_t *)from)[i];
	for (i = 0; i < len; i++)
		((uint8_t *)to)[i] = copy[i];
}

#define memcpy  move_bytes
#define memmove move_bytes
#include "stub/input/cmdline.c"

#define ROOM   8
#define LENGTH 4
#define PART   3

PROVE_REFUSE

static char buffer[ROOM];

static struct cmdline
any_line(void)
{
	struct cmdline line;

	line.text = buffer;
	line.size = ROOM;
	ASSUME(line.len <= LENGTH);
	__CPROVER_havoc_object(buffer);
	for (size_t i = 0; i < line.len; i++)
		ASSUME(buffer[i] && !is_control((uint8_t)buffer[i]));
	buffer[line.len] = '\0';
	return line;
}

static void
prove_append(void)
{
	struct cmdline line = any_line();
	uint8_t byte[PART];
	size_t before = line.len, blank = before ? 1 : 0;
	struct refusal why;

	if (cmdline_append(&line, (struct span){byte, PART}, &why)) {
		PROVE(line.len == before && !buffer[before],
		        "what is refused leaves the line as it was");
		PROVE(why.code == REFUSAL_CMDLINE_BUFFER || why.code == REFUSAL_CMDLINE_CONTROL,
		        "there was no room, or a byte that no line has");
		return;
	}
	PROVE(line.len < ROOM && !buffer[line.len], "a NUL ends the line inside of its buffer");
	PROVE(line.len == before ||
	                (line.len > before + blank && line.len <= before + blank + PART),
	        "a part is appended behind a blank");
	PROVE(line.len == before || (uint8_t)buffer[before + blank] == byte[0],
	        "and begins as it did");
}

static void
prove_cut(void)
{
	struct cmdline line = any_line();
	size_t before = line.len;
	struct word w;

	cut_words(&line, "k");
	PROVE(line.len <= before && !buffer[line.len], "a line becomes no longer");
	for (size_t at = 0; next_word(&line, at, &w); at = w.end) {
		struct span s = w.text;

		PROVE(w.start >= at && w.end > w.start && w.end <= line.len,
		        "a word lies in the line");
		PROVE(is_inside(s, (struct span){(uint8_t *)buffer, line.len}),
		        "and its text too");
		PROVE(!span_take(&s, "k"), "no word with the prefix is left");
	}
}

int
main(void)
{
	prove_append();
	prove_cut();
}
