/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * getopt_long() with our own sentences, which name the option that may have been meant.
 */
#include <stdio.h>
#include <string.h>

#include "tools/cmd.h"
#include "tools/option.h"

#define LONGEST 31 /* bytes of a name that are compared */

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many bytes must be put in, left out, changed, or exchanged with the next one. */
static size_t
mistakes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t t[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= a_len; i++) {
		for (size_t j = 0; j <= b_len; j++) {
			if (!i || !j) {
				t[i][j] = i + j;
				continue;
			}
			t[i][j] = smaller(smaller(t[i - 1][j], t[i][j - 1]) + 1,
			        t[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				t[i][j] = smaller(t[i][j], t[i - 2][j - 2] + 1);
		}
	}
	return t[a_len][b_len];
}

size_t
option_mistakes(const char *typed, size_t len, const char *name)
{
	size_t name_len = strlen(name), most = name_len < 6 ? 1 : 2, n;

	if (len > LONGEST || name_len > LONGEST)
		return OPTION_FAR;
	if (name_len > 2 && strncmp(typed, name, name_len) == 0) /* "--network" for "--net" */
		return most;
	n = mistakes(typed, len, name, name_len);
	return n <= most ? n : OPTION_FAR;
}

static const struct option *
nearest(const struct option *options, const char *typed, size_t len)
{
	const struct option *found = NULL;
	size_t least = OPTION_FAR;

	for (; options->name; options++) {
		size_t n = option_mistakes(typed, len, options->name);

		if (n < least) {
			least = n;
			found = options;
		}
	}
	return found;
}

static bool
begins(const struct option *o, const char *typed, size_t len)
{
	return strncmp(o->name, typed, len) == 0;
}

/* An unknown name, or the beginning of several. */
static void
say_name(const struct option *options, const char *typed, size_t len)
{
	char list[512] = "";
	const struct option *near = nearest(options, typed, len);

	for (const struct option *o = options; o->name; o++) {
		size_t used = strlen(list);

		if (begins(o, typed, len))
			snprintf(list + used, sizeof(list) - used, "%s--%s", used ? ", " : "",
			        o->name);
	}
	if (list[0])
		fail(STATUS_USAGE, "option '--%.*s' is ambiguous: %s", (int)len, typed, list);
	else if (near)
		fail(STATUS_USAGE, "unrecognized option '--%.*s': did you mean --%s?", (int)len,
		        typed, near->name);
	else
		fail(STATUS_USAGE, "unrecognized option '--%.*s'", (int)len, typed);
}

/* Is `typed` how the option was given that getopt_long() complains of? */
static bool
is_wrong_one(const struct option *options, const char *typed, size_t len)
{
	for (; options->name; options++)
		if (options->val == optopt && begins(options, typed, len))
			return true;
	return false;
}

static void
say_wrong(int opt, const char *last, const struct option *options)
{
	bool is_long = strncmp(last, "--", 2) == 0;
	const char *typed = is_long ? last + 2 : "";
	size_t len = strcspn(typed, "=");

	if (!optopt)
		say_name(options, typed, len);
	else if (!is_long || !is_wrong_one(options, typed, len))
		fail(STATUS_USAGE,
		        opt == ':' ? "option '-%c' needs an argument"
		                   : "unrecognized option '-%c'",
		        optopt);
	else
		fail(STATUS_USAGE, "option '--%.*s' %s", (int)len, typed,
		        opt == ':' ? "needs an argument" : "takes no argument");
}

int
option_next(int argc, char **argv, const char *letters, const struct option *options)
{
	char quiet[32]; /* a colon first tells a missing argument apart */
	int opt;

	snprintf(quiet, sizeof(quiet), ":%s", letters);
	opterr = 0;
	optopt = 0;
	opt = getopt_long(argc, argv, quiet, options, NULL);
	if (opt != '?' && opt != ':')
		return opt;
	say_wrong(opt, argv[optind - 1], options);
	return '?';
}
