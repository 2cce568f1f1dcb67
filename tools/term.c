/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Colours by ECMA-48 SGR, Unicode by the locale's name (POSIX, 8.2: LC_ALL, LC_CTYPE, LANG).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tools/term.h"

static bool
locale_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *v = getenv(names[i]);

		if (v && *v)
			return strcasestr(v, "utf-8") || strcasestr(v, "utf8");
	}
	return false;
}

struct term
term_open(FILE *out)
{
	const char *term = getenv("TERM"), *none = getenv("NO_COLOR");
	bool tty = isatty(fileno(out)) == 1;

	return (struct term){.out = out,
	        .colour = tty && term && strcmp(term, "dumb") != 0 && !(none && *none),
	        .utf8 = locale_is_utf8()};
}

const char *
term_set(const struct term *t, enum term_colour colour)
{
	static const char *const sequences[] = {[TERM_PLAIN] = "\033[0m",
	        [TERM_BOLD] = "\033[1m",
	        [TERM_FAINT] = "\033[2m",
	        [TERM_RED] = "\033[31m",
	        [TERM_GREEN] = "\033[32m",
	        [TERM_YELLOW] = "\033[33m",
	        [TERM_BLUE] = "\033[34m",
	        [TERM_MAGENTA] = "\033[35m",
	        [TERM_CYAN] = "\033[36m"};

	return t->colour ? sequences[colour] : "";
}

const char *
term_pick(const struct term *t, const char *utf8, const char *ascii)
{
	return t->utf8 ? utf8 : ascii;
}

static bool
continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static void
put_clean(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fputc((unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i], out);
}

/* Columns of text[0..len). */
static size_t
columns_of(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += !continues(text[i]);
	return n;
}

size_t
term_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

/* Bytes of at most `columns` columns at the start of text[0..len). */
static size_t
bytes_of(const char *text, size_t len, size_t columns)
{
	size_t i = 0;

	while (i < len && (columns || continues(text[i]))) {
		columns -= !continues(text[i]);
		i++;
	}
	return i;
}

void
term_wrap(const struct term *t, size_t column, size_t indent, const char *text)
{
	bool first = true;

	while (*text) {
		size_t len = strcspn(text, " "), wide = columns_of(text, len);

		if (!first && column + 1 + wide > TERM_WIDTH) {
			fprintf(t->out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			fputc(' ', t->out);
			column++;
		}
		while (column + wide > TERM_WIDTH) { /* one word that is too long */
			size_t part = bytes_of(text, len, TERM_WIDTH - column);

			put_clean(t->out, text, part);
			fprintf(t->out, "\n%*s", (int)indent, "");
			text += part;
			len -= part;
			column = indent;
			wide = columns_of(text, len);
		}
		put_clean(t->out, text, len);
		column += wide;
		text += len;
		text += strspn(text, " ");
		first = false;
	}
	fputc('\n', t->out);
}
