/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the terminal can show: colours, Unicode; and widths of UTF-8 text in columns.
 *
 * Colour only where the stream is a terminal, TERM is not "dumb" and NO_COLOR is not set.
 */
#ifndef KSHIM_TERM_H
#define KSHIM_TERM_H

#include <stdbool.h>
#include <stdio.h>

#define TERM_WIDTH 80 /* no line of ours is wider */

enum term_colour {
	TERM_PLAIN,
	TERM_BOLD,
	TERM_FAINT,
	TERM_RED,
	TERM_GREEN,
	TERM_YELLOW,
	TERM_BLUE,
	TERM_MAGENTA,
	TERM_CYAN,
};

struct term {
	FILE *out;
	bool colour, utf8;
};

/* Look at the stream and the environment. */
struct term term_open(FILE *out);

/* The escape sequence for what follows; "" without colours. */
const char *term_set(const struct term *t, enum term_colour colour);

/* The first if the terminal shows UTF-8, else the second. */
const char *term_pick(const struct term *t, const char *utf8, const char *ascii);

/* Columns that the text takes: its UTF-8 characters, each taken for one column. */
size_t term_columns(const char *text);

/*
 * Print words, broken at blanks so that no line is wider than TERM_WIDTH; further lines start
 * with `indent` blanks. `column` is where the first line stands already. Control bytes are
 * shown as "?". Ends the line.
 */
void term_wrap(const struct term *t, size_t column, size_t indent, const char *text);

#endif
