/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tests of a GRUB script, `[ ... ]`, in three values: whether files are there is known
 * where the caller can look at them, and for the environment block.
 *
 * `-a` binds tighter than `-o`, `!` tighter than both; no brackets inside.
 */
#include "grub_parts.h"

/* What is left of a test's words. */
struct left {
	const struct grub_word *word;
	uint32_t words;
	struct grub_reading *g;
};

static bool
is(const struct left *l, uint32_t i, const char *text)
{
	return i < l->words && l->word[i].known && span_equals(l->word[i].text, text);
}

static void
skip(struct left *l, uint32_t words)
{
	l->word += words;
	l->words -= words;
}

static enum grub_truth
truth(bool known, bool value)
{
	return !known ? GRUB_MAYBE : value ? GRUB_YES : GRUB_NO;
}

static enum grub_truth
negate(enum grub_truth t)
{
	return t == GRUB_YES ? GRUB_NO : t == GRUB_NO ? GRUB_YES : GRUB_MAYBE;
}

static bool
ends_with_grubenv(struct span path)
{
	static const char name[] = "/grubenv";
	uint64_t len = sizeof(name) - 1;

	return path.size >= len && span_is(path, path.size - len, name, len);
}

/* -f, -e, -s or -d of what was found. */
static enum grub_truth
file_test(const struct left *l, struct grub_found found)
{
	if (is(l, 0, "-d"))
		return truth(found.kind, found.kind == GRUB_FOLDER);
	if (is(l, 0, "-e") && found.kind == GRUB_FOLDER)
		return GRUB_YES;
	return truth(found.kind, found.kind == GRUB_FILE && (found.size || !is(l, 0, "-s")));
}

/* -n, -z, -f and their kind, at l->word[0]. */
static enum grub_truth
one_operand(struct left *l)
{
	const struct grub_word *w = &l->word[1];
	bool empty = !w->text.size;

	if (is(l, 0, "-n"))
		return truth(w->known, !empty);
	if (is(l, 0, "-z"))
		return truth(w->known, empty);
	if (w->known && ends_with_grubenv(w->text))
		return truth(true, l->g->env.size && !is(l, 0, "-d"));
	return file_test(l, grub_look(l->g, w, NULL));
}

static bool
is_unary(const struct left *l)
{
	static const char *const names[] = {"-n", "-z", "-f", "-e", "-s", "-d"};

	for (unsigned i = 0; l->words > 1 && i < sizeof(names) / sizeof(names[0]); i++) {
		if (is(l, 0, names[i]))
			return true;
	}
	return false;
}

/* One test without -a and -o. */
static enum grub_truth
primary(struct left *l)
{
	bool no = false, equal;
	enum grub_truth t;

	for (; is(l, 0, "!"); skip(l, 1))
		no = !no;
	if (!l->words)
		return GRUB_MAYBE;
	if (is(l, 1, "=") || is(l, 1, "==") || is(l, 1, "!=")) {
		if (l->words < 3)
			return GRUB_MAYBE;
		equal = l->word[0].text.size == l->word[2].text.size &&
		        span_is(l->word[0].text, 0, (const char *)l->word[2].text.base,
		                l->word[2].text.size);
		t = truth(l->word[0].known && l->word[2].known, equal != is(l, 1, "!="));
		skip(l, 3);
	} else if (is_unary(l)) {
		t = one_operand(l);
		skip(l, 2);
	} else {
		t = truth(l->word[0].known, l->word[0].text.size != 0);
		skip(l, 1);
	}
	return no ? negate(t) : t;
}

enum grub_truth
grub_test(struct grub_reading *g, const struct grub_word *word, uint32_t words)
{
	struct left l = {word, words, g};
	enum grub_truth any = GRUB_NO, all, t;

	if (!words)
		return GRUB_NO;
	for (;;) {
		all = primary(&l);
		for (; is(&l, 0, "-a"); all = t < all ? t : all) {
			skip(&l, 1);
			t = primary(&l);
		}
		any = all > any ? all : any;
		if (!is(&l, 0, "-o"))
			break;
		skip(&l, 1);
	}
	return l.words ? GRUB_MAYBE : any;
}
