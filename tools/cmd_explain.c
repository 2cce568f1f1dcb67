/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim explain [CODE]: the long text of a refusal, or the list of all.
 *
 * Takes the number (as port 0x80 shows it) or the stable name (as the sentence ends with).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/cmd.h"

static const struct {
	enum refusal_code code;
	const char *sentence;
} refusals[] = {
#define REFUSAL(number, ident, name, sentence, text) {REFUSAL_##ident, sentence},
#include "stub/refusal.def"
#undef REFUSAL
};

#define NR_REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

static int
list(void)
{
	for (size_t i = 0; i < NR_REFUSALS; i++)
		printf("%3d  %s\n", (int)refusals[i].code, refusal_name(refusals[i].code));
	return STATUS_OK;
}

/* The code that a number or a name stands for; REFUSAL_NONE if it stands for none. */
static enum refusal_code
code_of(const char *word)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(word, &end, 0);
	if (*word == '\0' || *end != '\0')
		return refusal_by_name(word);
	if (errno != 0 || number < 1 || number > 127)
		return REFUSAL_NONE;
	return refusal_name((enum refusal_code)number) ? (enum refusal_code)number
	                                               : REFUSAL_NONE;
}

static int
explain(enum refusal_code code)
{
	for (size_t i = 0; i < NR_REFUSALS; i++)
		if (refusals[i].code == code)
			printf("%d %s\n%s\n\n%s\n", (int)code, refusal_name(code),
			        refusals[i].sentence, refusal_text(code));
	puts("\nIn the sentence {d} stands for a word, {o} for an offset, {f} and {w} for "
	     "what\n"
	     "was found and wanted (capitals: in decimal), {a} and {b} for ranges of memory.");
	return STATUS_OK;
}

int
cmd_explain(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	enum refusal_code code;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1)
		return opt == 'h' ? usage_ok(argv[0]) : usage_error(argv[0]);
	if (argc == optind)
		return list();
	if (argc != optind + 1)
		return usage_error(argv[0]);
	code = code_of(argv[optind]);
	if (code == REFUSAL_NONE)
		return fail(STATUS_USAGE,
		        "no refusal has the code %s; `kshim explain` lists all", argv[optind]);
	return explain(code);
}
