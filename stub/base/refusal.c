/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refusals: refusal.def as a table, and the words for one of them.
 *
 * The one place where a refusal becomes a sentence; bodies only print it. The table is
 * searched by number, for the numbers have gaps. The long texts are in refusal_text.c, which
 * only a program that explains them links.
 */
#include "refusal.h"
#include "text.h"

static const uint8_t codes[] = {
#define REFUSAL(number, ident, name, sentence, text) REFUSAL_##ident,
#include "refusal.def"
#undef REFUSAL
};

/* A name and a sentence for each code in that order; pointers would take as much room again. */
static const char words[] =
#define REFUSAL(number, ident, name, sentence, text) name "\0" sentence "\0"
#include "refusal.def"
#undef REFUSAL
        ;

#define ENTRIES (sizeof(codes) / sizeof(codes[0]))

#define REFUSAL(number, ident, name, sentence, text)                                           \
	_Static_assert((number) >= 1 && (number) <= 127, "refusal number " #number);
#include "refusal.def"
#undef REFUSAL

/* A second entry with the same number would be a duplicate case here. */
static bool
is_code(enum refusal_code code)
{
	switch (code) {
	case REFUSAL_NONE:
		break;
#define REFUSAL(number, ident, name, sentence, text) case REFUSAL_##ident:
#include "refusal.def"
#undef REFUSAL
		return true;
	}
	return false;
}

/* What follows the end of the string at `s`. */
static const char *
after(const char *s)
{
	while (*s)
		s++;
	return s + 1;
}

/* The name of a code, behind which its sentence is; NULL for a number that is none. */
static const char *
find(enum refusal_code code)
{
	const char *name = words;

	if (!is_code(code))
		return NULL;
	for (size_t i = 0; codes[i] != code; i++)
		name = after(after(name));
	return name;
}

enum refusal_code
refuse(struct refusal *why, enum refusal_code code, uint64_t where, uint64_t found,
        uint64_t wanted)
{
	*why = (struct refusal){.code = code, .where = where, .found = found, .wanted = wanted};
	return code;
}

enum refusal_code
refuse_too_many(struct refusal *why, const char *what, uint64_t found, uint64_t most)
{
	refuse(why, REFUSAL_PLAN_TOO_MANY, 0, found, most);
	why->detail = what;
	return why->code;
}

const char *
refusal_name(enum refusal_code code)
{
	return find(code);
}

enum refusal_code
refusal_by_name(const char *name)
{
	const char *known = words;

	for (size_t i = 0; i < ENTRIES; i++) {
		if (span_equals(text_span(name), known))
			return codes[i];
		known = after(after(known));
	}
	return REFUSAL_NONE;
}

/* "NAME 0xFIRST-0xLAST", the last byte included; of an empty range only the name. */
static void
put_range(struct text *t, const struct named_range *r)
{
	text_str(t, r->name);
	if (!r->range.len)
		return;
	text_char(t, ' ');
	text_hex(t, r->range.addr);
	text_char(t, '-');
	text_hex(t, r->range.addr + (r->range.len - 1));
}

/* Write what the placeholder {c} stands for; false if there is no such placeholder. */
static bool
put_value(struct text *t, char c, const struct refusal *why)
{
	switch (c) {
	case 'd':
		text_str(t, why->detail);
		return true;
	case 'o':
		text_hex(t, why->where);
		return true;
	case 'f':
		text_hex(t, why->found);
		return true;
	case 'w':
		text_hex(t, why->wanted);
		return true;
	case 'F':
		text_dec(t, why->found);
		return true;
	case 'W':
		text_dec(t, why->wanted);
		return true;
	case 'a':
		put_range(t, &why->a);
		return true;
	case 'b':
		put_range(t, &why->b);
		return true;
	}
	return false;
}

size_t
refusal_format(const struct refusal *why, char *buf, size_t size)
{
	const char *name = find(why->code);
	struct text t = text_init(buf, size);

	if (why->subject) {
		text_str(&t, why->subject);
		text_str(&t, ": ");
	}
	for (const char *s = name ? after(name) : "no refusal"; *s; s++) {
		if (s[0] == '{' && s[1] && s[2] == '}' && put_value(&t, s[1], why))
			s += 2;
		else
			text_char(&t, *s);
	}
	text_str(&t, " [");
	text_str(&t, name);
	text_char(&t, ']');
	return t.len;
}
