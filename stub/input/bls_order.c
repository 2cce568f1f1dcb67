/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Orders boot entries and matches the default's glob.
 *
 * UAPI Group Specifications: "Version Format" (comparison, rule by rule in the order given
 * there) and "Boot Loader Specification" ("Sorting"). Surprise: `~` sorts before the end of the
 * version, `-`, `^` and `.` after it in this order, and a number always before what follows it.
 */
#include "bls.h"

#include "stub/base/text.h"

#define NAME_MAX 255u /* bytes of a file's name */

static uint8_t
at(struct span s, uint64_t i)
{
	return i < s.size ? s.base[i] : 0;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(uint8_t c)
{
	return text_lower(c) >= 'a' && text_lower(c) <= 'z';
}

/* Does the character take part in the comparison? */
static bool
counts(uint8_t c)
{
	return is_digit(c) || is_letter(c) || c == '~' || c == '-' || c == '^' || c == '.';
}

/* Compare the runs of digits at *i and *j, and step over them. */
static int
compare_numbers(struct span a, uint64_t *i, struct span b, uint64_t *j)
{
	uint64_t start_a, start_b;
	int order = (int)is_digit(at(a, *i)) - (int)is_digit(at(b, *j));

	while (at(a, *i) == '0')
		++*i;
	while (at(b, *j) == '0')
		++*j;
	start_a = *i;
	start_b = *j;
	while (is_digit(at(a, *i)))
		++*i;
	while (is_digit(at(b, *j)))
		++*j;
	if (!order && *i - start_a != *j - start_b)
		return *i - start_a < *j - start_b ? -1 : 1;
	for (uint64_t k = 0; k < *i - start_a && !order; k++)
		order = (int)a.base[start_a + k] - b.base[start_b + k];
	return order;
}

/* Compare runs of letters by ASCII, capitals first, and step over them; a shorter one is less.
 */
static int
compare_letters(struct span a, uint64_t *i, struct span b, uint64_t *j)
{
	while (is_letter(at(a, *i)) && is_letter(at(b, *j))) {
		int order = (int)at(a, *i) - at(b, *j);

		if (order)
			return order;
		++*i;
		++*j;
	}
	return (int)is_letter(at(a, *i)) - (int)is_letter(at(b, *j));
}

/*
 * One separator at both places, in the order of its rules: who has it is less (`~`, `-`, `^`,
 * `.` all so, the end in between). 2: there is none.
 */
static int
compare_separators(struct span a, uint64_t *i, struct span b, uint64_t *j)
{
	static const char order[] = {'~', 0, '-', '^', '.'};
	uint8_t x = at(a, *i), y = at(b, *j);

	for (unsigned k = 0; k < sizeof(order); k++) {
		uint8_t c = (uint8_t)order[k];

		if (!c && (*i >= a.size || *j >= b.size))
			return (int)(*j >= b.size) - (int)(*i >= a.size);
		if (!c || (x != c && y != c))
			continue;
		if (x != y)
			return x == c ? -1 : 1;
		++*i;
		++*j;
		return 0;
	}
	return 2;
}

int
bls_version_compare(struct span a, struct span b)
{
	uint64_t i = 0, j = 0;

	for (;;) {
		int order;

		while (i < a.size && !counts(a.base[i]))
			i++;
		while (j < b.size && !counts(b.base[j]))
			j++;
		if (i >= a.size && j >= b.size)
			return 0;
		order = compare_separators(a, &i, b, &j);
		if (order == 2) {
			if (is_digit(at(a, i)) || is_digit(at(b, j))) {
				order = compare_numbers(a, &i, b, &j);
			} else {
				order = compare_letters(a, &i, b, &j);
			}
		}
		if (order)
			return order < 0 ? -1 : 1;
	}
}

static int
compare_bytes(struct span a, struct span b)
{
	for (uint64_t i = 0; i < a.size && i < b.size; i++) {
		if (a.base[i] != b.base[i])
			return a.base[i] < b.base[i] ? -1 : 1;
	}
	return a.size == b.size ? 0 : a.size < b.size ? -1 : 1;
}

int
bls_compare(const struct bls_entry *a, const struct bls_entry *b)
{
	bool bad_a = a->counted && !a->left, bad_b = b->counted && !b->left;
	int order;

	if (bad_a != bad_b)
		return bad_a ? 1 : -1;
	if (!a->sort_key.size != !b->sort_key.size)
		return a->sort_key.size ? -1 : 1;
	if (a->sort_key.size) {
		order = compare_bytes(a->sort_key, b->sort_key);
		if (!order)
			order = compare_bytes(a->machine_id, b->machine_id);
		if (!order)
			order = -bls_version_compare(a->version, b->version);
		if (order)
			return order;
	}
	order = -bls_version_compare(a->id, b->id);
	if (order)
		return order;
	if (a->counted != b->counted)
		return a->counted ? 1 : -1;
	if (!a->counted)
		return 0;
	if (a->left != b->left)
		return a->left > b->left ? -1 : 1;
	return a->done == b->done ? 0 : a->done < b->done ? -1 : 1;
}

/* Is `c` in the class that starts behind the '[' at *g, which is moved behind its ']'? */
static bool
in_class(struct span glob, uint64_t *g, uint8_t c)
{
	bool negate = at(glob, *g) == '!' || at(glob, *g) == '^', found = false, first = true;

	*g += negate;
	while (*g < glob.size && (first || glob.base[*g] != ']')) {
		uint8_t from = text_lower(glob.base[(*g)++]), to = from;

		first = false;
		if (at(glob, *g) == '-' && *g + 1 < glob.size && at(glob, *g + 1) != ']') {
			to = text_lower(at(glob, *g + 1));
			*g += 2;
		}
		found = found || (c >= from && c <= to);
	}
	++*g;
	return found != negate;
}

/* Does the glob's element at *g, which is moved on, match `c`? */
static bool
match_one(struct span glob, uint64_t *g, uint8_t c)
{
	uint8_t e = text_lower(at(glob, (*g)++));

	if (e == '?')
		return true;
	if (e == '[')
		return in_class(glob, g, c);
	if (e == '\\' && *g < glob.size)
		e = text_lower(at(glob, (*g)++));
	return e == c;
}

bool
bls_match(struct span glob, struct span name)
{
	uint64_t g = 0, n = 0, star = UINT64_MAX, star_n = 0;

	while (n < name.size) {
		uint64_t next = g;

		if (g < glob.size && glob.base[g] == '*') {
			star = ++g;
			star_n = n;
		} else if (g < glob.size && match_one(glob, &next, text_lower(name.base[n]))) {
			g = next;
			n++;
		} else if (star != UINT64_MAX) {
			g = star;
			n = ++star_n;
		} else {
			return false;
		}
	}
	while (g < glob.size && glob.base[g] == '*')
		g++;
	return g == glob.size;
}

bool
bls_is_default(const struct bls_entry *entry, struct span glob)
{
	const char *suffix = entry->kernel.size ? ".conf" : ".efi";
	uint8_t name[NAME_MAX + sizeof(".conf")];
	uint64_t len = entry->id.size, more = entry->kernel.size ? 5 : 4;

	if (bls_match(glob, entry->id))
		return true;
	if (!len || len > NAME_MAX)
		return false;
	memcpy(name, entry->id.base, (size_t)len);
	memcpy(name + len, suffix, (size_t)more);
	return bls_match(glob, (struct span){name, len + more});
}
