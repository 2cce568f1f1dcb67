/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim explain [CODE]: the long text of a refusal, or the list of all.
 *
 * Takes the number (as port 0x80 shows it), the stable name, or the whole sentence that ends
 * with it in brackets, as it was copied from a console.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd.h"
#include "tools/option.h"

static const struct {
	enum refusal_code code;
	const char *sentence;
} refusals[] = {
#define REFUSAL(number, ident, name, sentence, text) {REFUSAL_##ident, sentence},
#include "stub/base/refusal.def"
#undef REFUSAL
};

#define WIDTH       79
#define NR_REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

static int
by_number(const void *a, const void *b)
{
	return (int)*(const enum refusal_code *)a - (int)*(const enum refusal_code *)b;
}

static int
list(void)
{
	enum refusal_code code[NR_REFUSALS];

	for (size_t i = 0; i < NR_REFUSALS; i++)
		code[i] = refusals[i].code;
	qsort(code, NR_REFUSALS, sizeof(code[0]), by_number);
	for (size_t i = 0; i < NR_REFUSALS; i++)
		printf("%3d  %s\n", (int)code[i], refusal_name(code[i]));
	return STATUS_OK;
}

/* The code of the name in brackets at the end of `sentence`. */
static enum refusal_code
code_in(const char *sentence)
{
	const char *open = strrchr(sentence, '['), *close = strrchr(sentence, ']');
	char name[64];

	if (!open || !close || close < open || (size_t)(close - open) > sizeof(name))
		return REFUSAL_NONE;
	memcpy(name, open + 1, (size_t)(close - open - 1));
	name[close - open - 1] = '\0';
	return refusal_by_name(name);
}

/* The code that a word stands for; REFUSAL_NONE if it stands for none. */
static enum refusal_code
code_of(const char *word)
{
	char *end;
	long number;
	enum refusal_code code;

	errno = 0;
	number = strtol(word, &end, 0);
	if (*word == '\0' || *end != '\0') {
		code = refusal_by_name(word);
		return code ? code : code_in(word);
	}
	if (errno != 0 || number < 1 || number > 127)
		return REFUSAL_NONE;
	return refusal_name((enum refusal_code)number) ? (enum refusal_code)number
	                                               : REFUSAL_NONE;
}

/* The sentence with words for what stands in it when it is printed. */
static void
print_sentence(const char *sentence)
{
	static const char *const words[] = {['d'] = "WHAT",
	        ['o'] = "OFFSET",
	        ['f'] = "FOUND",
	        ['F'] = "FOUND",
	        ['w'] = "WANTED",
	        ['W'] = "WANTED",
	        ['a'] = "RANGE",
	        ['b'] = "RANGE"};

	for (const char *c = sentence; *c; c++) {
		if (*c == '{') {
			fputs(words[(unsigned char)c[1]], stdout);
			c += 2;
		} else {
			putchar(*c);
		}
	}
}

/* The text in lines of at most WIDTH bytes; its own line breaks count as blanks. */
static void
print_filled(const char *text)
{
	size_t column = 0;

	while (*(text += strspn(text, " \n"))) {
		size_t len = strcspn(text, " \n");

		if (column && column + 1 + len > WIDTH) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf("%s%.*s", column ? " " : "", (int)len, text);
		text += len;
	}
	putchar('\n');
}

static int
explain(enum refusal_code code)
{
	size_t i = 0;

	while (refusals[i].code != code)
		i++;
	printf("%d %s\n\n    ", (int)code, refusal_name(code));
	print_sentence(refusals[i].sentence);
	fputs("\n\n", stdout);
	print_filled(refusal_text(code));
	printf("\nPort 0x80 shows 0x%02x; QEMU with isa-debug-exit ends with status %d.\n",
	        (unsigned)code, (int)code << 1 | 1);
	return STATUS_OK;
}

int
cmd_explain(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	enum refusal_code code;
	int opt;

	while ((opt = option_next(argc, argv, "h", options)) != -1)
		return opt == 'h' ? usage_ok(argv[0]) : usage_error(argv[0]);
	if (argc == optind)
		return list();
	if (argc != optind + 1)
		return usage_error(argv[0]);
	code = code_of(argv[optind]);
	if (code == REFUSAL_NONE)
		return fail(STATUS_USAGE,
		        "no refusal has the code or name %s; `kshim explain` lists all",
		        argv[optind]);
	return explain(code);
}
