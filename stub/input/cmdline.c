/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line: parts in, our words out.
 *
 * Words are found as Linux finds them (lib/cmdline.c, next_arg()): blanks end a word unless a
 * double quote is open. Our words are read wherever they stand; the kernel's own words that
 * we look at end at a bare `--`, behind which all belongs to init.
 */
#include "cmdline.h"

#define OURS "kshim."

struct cmdline
cmdline_init(char *buf, size_t size)
{
	buf[0] = '\0';
	return (struct cmdline){.text = buf, .size = size};
}

static bool
is_control(uint8_t c)
{
	return (c < 0x20 && c != '\t') || c == 0x7f;
}

/* Is there room for `len` bytes more, and a blank before them? */
static enum refusal_code
check_room(const struct cmdline *line, uint64_t len, struct refusal *why)
{
	size_t blank = line->len ? 1 : 0, room = line->size - 1;

	if (bounds_ok(room, line->len + blank, len))
		return REFUSAL_NONE;
	return refuse(why, REFUSAL_CMDLINE_BUFFER, 0, line->len + blank + len, room);
}

static void
add(struct cmdline *line, struct span part)
{
	if (line->len)
		line->text[line->len++] = ' ';
	memcpy(line->text + line->len, part.base, (size_t)part.size);
	line->len += (size_t)part.size;
	line->text[line->len] = '\0';
}

enum refusal_code
cmdline_append(struct cmdline *line, struct span part, struct refusal *ret_why)
{
	enum refusal_code code;

	while (part.size && (part.base[part.size - 1] == '\n' || !part.base[part.size - 1]))
		part.size--;
	for (uint64_t i = 0; i < part.size; i++) {
		if (is_control(part.base[i]))
			return refuse(ret_why, REFUSAL_CMDLINE_CONTROL, i, part.base[i], 0);
	}
	if (!part.size)
		return REFUSAL_NONE;
	code = check_room(line, part.size, ret_why);
	if (!code)
		add(line, part);
	return code;
}

/* What is a blank in a section. */
static bool
is_section_blank(uint8_t c)
{
	return c <= ' ' || c == 0x7f;
}

enum refusal_code
cmdline_append_section(struct cmdline *line, struct span section, struct refusal *ret_why)
{
	struct span part = {section.base, 0};
	enum refusal_code code;

	while (part.size < section.size && part.base[part.size])
		part.size++;
	while (part.size && is_section_blank(part.base[part.size - 1]))
		part.size--;
	while (part.size && is_section_blank(part.base[0]))
		part = (struct span){part.base + 1, part.size - 1};
	code = check_room(line, part.size, ret_why);
	if (code || !part.size)
		return code;
	add(line, part);
	for (size_t i = line->len - (size_t)part.size; i < line->len; i++) {
		if (is_section_blank((uint8_t)line->text[i]))
			line->text[i] = ' ';
	}
	return REFUSAL_NONE;
}

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A word: its place in the line, and what Linux reads, without quotes around all of it. */
struct word {
	size_t start, end; /* [start, end) */
	struct span text;  /* quotes around the value alone are still there */
};

/* The first word at or after `from`; false at the end of the line. */
static bool
next_word(const struct cmdline *line, size_t from, struct word *ret_word)
{
	const char *text = line->text, *end = text + line->len, *start, *at;
	bool quoted = false;

	for (at = text + from; at < end && is_blank(*at); at++)
		;
	for (start = at; at < end; at++) {
		if ((uint8_t)*at > '"') /* most are, and are neither */
			continue;
		if (*at == '"')
			quoted = !quoted;
		else if (!quoted && is_blank(*at))
			break;
	}
	ret_word->start = (size_t)(start - text);
	ret_word->end = (size_t)(at - text);
	if (at > start && *start == '"') {
		start++;
		if (at > start && at[-1] == '"')
			at--;
	}
	ret_word->text = (struct span){(const uint8_t *)start, (uint64_t)(at - start)};
	return ret_word->start < line->len;
}

static struct span
unquote(struct span s)
{
	if (s.size && s.base[0] == '"') {
		s = (struct span){s.base + 1, s.size - 1};
		if (s.size && s.base[s.size - 1] == '"')
			s.size--;
	}
	return s;
}

static inline bool
equals(struct span s, const char *text)
{
	return span_take(&s, text) && !s.size;
}

/*
 * Are the `n` bytes of `name`, n > 0, anywhere in the line? Mostly they are not, and then no
 * word needs to be looked at. Their last byte, "=", is the rarest.
 */
static bool
mentions(const struct cmdline *line, const char *name, size_t n)
{
	const char *at = line->text + n - 1, *end = line->text + line->len;

	for (; at < end; at++) {
		if (*at == name[n - 1] && memcmp(at + 1 - n, name, n) == 0)
			return true;
	}
	return false;
}

bool
cmdline_value(const struct cmdline *line, const char *name, struct span *ret_value)
{
	bool found = false;
	struct word w;
	size_t n = 0;

	while (name[n])
		n++;
	if (!n || !mentions(line, name, n))
		return false;
	for (size_t at = 0; next_word(line, at, &w); at = w.end) {
		struct span s = w.text;

		if (equals(s, "--"))
			break;
		if (span_take(&s, name)) {
			*ret_value = unquote(s);
			found = true;
		}
	}
	return found;
}

/* Our words; a value's place in its list is its number. A new word is one row. */
struct our_word {
	const char *name;
	size_t place; /* of its enum in struct cmdline_words */
	const char *value[5];
	const char *wrong; /* what to say of any other value */
};

#define PLACE(member) offsetof(struct cmdline_words, member)

static const struct our_word our_words[] = {
        {"protocol=", PLACE(protocol), {"auto", "pvh", "linux64", "linux32"},
                "kshim.protocol= takes auto, pvh, linux64 or linux32"},
        {"console=", PLACE(console), {"com1", "0xe9", "none"},
                "kshim.console= takes com1, 0xe9 or none"},
        {"mode=", PLACE(mode), {"auto", "direct", "guest"},
                "kshim.mode= takes auto, direct or guest"},
};

/* These take any value, which is read by cmdline_value(). */
#define PROFILE "profile="
#define ENTRY   "entry="

/* What is said of an unknown word. */
#define KNOWN_WORDS                                                                            \
	"known are kshim.protocol=, kshim.console=, kshim.mode=, kshim.profile=, kshim.entry="

_Static_assert(sizeof(enum protocol) == sizeof(unsigned) &&
                       sizeof(enum console) == sizeof(unsigned) &&
                       sizeof(enum mode) == sizeof(unsigned),
        "set_value() writes any of them");

static void
set_value(struct cmdline_words *words, const struct our_word *word, unsigned value)
{
	memcpy((uint8_t *)words + word->place, &value, sizeof(value));
}

/* Read one word of ours, its prefix taken off. NULL, or what is wrong with it. */
static const char *
read_word(struct span s, struct cmdline_words *words)
{
	for (size_t i = 0; i < sizeof(our_words) / sizeof(our_words[0]); i++) {
		const struct our_word *word = &our_words[i];
		struct span value = s;

		if (!span_take(&value, word->name))
			continue;
		value = unquote(value);
		for (unsigned v = 0; word->value[v]; v++) {
			if (equals(value, word->value[v])) {
				set_value(words, word, v);
				return NULL;
			}
		}
		return word->wrong;
	}
	if (span_take(&s, PROFILE))
		words->profile = true;
	else if (span_take(&s, ENTRY))
		words->entry = true;
	else
		return KNOWN_WORDS;
	return NULL;
}

/* Does the kernel's `quiet` or `loglevel=` decide? The last of them does, as in Linux. */
static void
look_for_quiet(struct span s, bool *quiet)
{
	uint64_t level;

	if (equals(s, "quiet"))
		*quiet = true;
	else if (span_take(&s, "loglevel=") && cmdline_number(unquote(s), &level))
		*quiet = level < 5;
}

/* Take the word out, with the blank behind it or, at the end, the one before it. */
static void
cut(struct cmdline *line, struct word w)
{
	if (w.end < line->len)
		w.end++;
	else if (w.start)
		w.start--;
	memmove(line->text + w.start, line->text + w.end, line->len - w.end + 1);
	line->len -= w.end - w.start;
}

static void
cut_words(struct cmdline *line, const char *prefix)
{
	struct word w;

	for (size_t at = 0; next_word(line, at, &w);) {
		struct span s = w.text;
		bool ours = span_take(&s, prefix);

		if (ours)
			cut(line, w);
		at = ours ? w.start : w.end;
	}
}

enum refusal_code
cmdline_refuse_entry(struct refusal *why)
{
	refuse(why, REFUSAL_CMDLINE_WORD, 0, 0, 0);
	why->detail = "kshim.entry= chooses a boot entry, but the kernel was given";
	return why->code;
}

enum refusal_code
cmdline_take_words(
        struct cmdline *line, struct cmdline_words *ret_words, struct refusal *ret_why)
{
	struct cmdline_words words = {.quiet = false};
	bool for_init = false, any = false;
	struct word w;

	for (size_t at = 0; next_word(line, at, &w); at = w.end) {
		struct span s = w.text;
		const char *wrong = NULL;

		if (span_take(&s, OURS)) {
			any = true;
			wrong = read_word(s, &words);
		} else if (!for_init) {
			for_init = equals(s, "--");
			look_for_quiet(s, &words.quiet);
		}
		if (wrong) {
			refuse(ret_why, REFUSAL_CMDLINE_WORD, w.start, 0, 0);
			ret_why->detail = wrong;
			return REFUSAL_CMDLINE_WORD;
		}
	}
	if (any)
		cut_words(line, OURS);
	*ret_words = words;
	return REFUSAL_NONE;
}

void
cmdline_profile(const struct cmdline *line, char *buf, size_t size)
{
	struct word w;

	buf[0] = '\0';
	for (size_t at = 0; next_word(line, at, &w); at = w.end) {
		struct span s = w.text;
		size_t len;

		if (!span_take(&s, OURS PROFILE))
			continue;
		s = unquote(s);
		len = s.size < size - 1 ? (size_t)s.size : size - 1;
		memcpy(buf, s.base, len);
		buf[len] = '\0';
	}
}

void
cmdline_cut_profile(struct cmdline *line)
{
	cut_words(line, OURS PROFILE);
}

static unsigned
digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10u;
	return 16;
}

uint64_t
cmdline_number(struct span text, uint64_t *ret_number)
{
	uint64_t v = 0, i = 0;
	unsigned base = 10;

	if (span_u8(text, 0) == '0') {
		bool hex =
		        (span_u8(text, 1) | 0x20) == 'x' && digit_value(span_u8(text, 2)) < 16;

		base = hex ? 16 : 8;
		i = hex ? 2 : 0;
	}
	for (; i < text.size && digit_value(text.base[i]) < base; i++) {
		unsigned d = digit_value(text.base[i]);

		v = v > (UINT64_MAX - d) / base ? UINT64_MAX : v * base + d;
	}
	if (i)
		*ret_number = v;
	return i;
}

/* A size with its suffix, and nothing behind it; false for anything else. */
static bool
read_size(struct span s, uint64_t *ret_size)
{
	static const char suffix[] = "kmgtpe";
	uint64_t used = cmdline_number(s, ret_size), v = *ret_size;

	if (!used || used + 1 < s.size)
		return false;
	if (used == s.size)
		return true;
	for (unsigned i = 0; suffix[i]; i++) {
		unsigned shift = 10 * (i + 1);

		if ((s.base[used] | 0x20) != suffix[i])
			continue;
		*ret_size = v > UINT64_MAX >> shift ? UINT64_MAX : v << shift;
		return true;
	}
	return false;
}

uint64_t
cmdline_mem_limit(const struct cmdline *line)
{
	uint64_t limit = UINT64_MAX;
	struct word w;

	if (!mentions(line, "mem=", 4))
		return limit;
	for (size_t at = 0; next_word(line, at, &w); at = w.end) {
		struct span s = w.text;
		uint64_t size = 0;

		if (equals(s, "--"))
			break;
		if (span_take(&s, "mem=") && read_size(unquote(s), &size) && size &&
		        size < limit)
			limit = size;
	}
	return limit;
}
