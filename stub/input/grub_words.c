/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of a GRUB script: blanks, quotation marks, variables, comments.
 *
 * As in a shell, what a variable holds is split at its blanks unless it stands in double
 * quotation marks. Surprise: `{` ends a command here, so that a menu entry's commands are read
 * like any others; a keyword is a command of one word, because what follows it is one as well.
 */
#include "grub_parts.h"

enum refusal_code
grub_refuse(const struct grub_reader *r, const char *what, struct refusal *ret_why)
{
	refuse(ret_why, REFUSAL_GRUB_CFG, r->at, r->line, 0);
	ret_why->detail = what;
	return REFUSAL_GRUB_CFG;
}

bool
grub_starts(struct span s, const char *text)
{
	return span_is(s, 0, text, text_span(text).size);
}

struct grub_word
grub_value(const struct grub_cfg *cfg, struct span name)
{
	for (uint32_t i = cfg->variables; i--;) {
		if (span_same(cfg->variable[i].name, name))
			return (struct grub_word){
			        cfg->variable[i].value, cfg->variable[i].known};
	}
	if (grub_starts(name, "feature_"))
		return (struct grub_word){{(const uint8_t *)"y", 1}, true};
	return (struct grub_word){{(const uint8_t *)"", 0}, true};
}

bool
grub_keep(struct grub_cfg *cfg, struct span bytes, struct span *ret_kept)
{
	if (bytes.size > GRUB_TEXT - cfg->used)
		return false;
	if (bytes.size)
		memcpy(cfg->text + cfg->used, bytes.base, (size_t)bytes.size);
	*ret_kept = (struct span){(const uint8_t *)cfg->text + cfg->used, bytes.size};
	cfg->used += (uint32_t)bytes.size;
	return true;
}

bool
grub_at_end(const struct grub_reader *r)
{
	return r->at >= r->script.size;
}

/* The character `ahead` of the next one; 0 behind the end. */
static uint8_t
peek(const struct grub_reader *r, uint64_t ahead)
{
	return span_u8(r->script, r->at + ahead);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* A word that is being made, at the end of cfg->text. */
struct making {
	uint32_t start;
	bool known;
	bool begun;  /* there is one, though it may be empty */
	bool quoted; /* some of it was */
};

static enum refusal_code
put(struct grub_reader *r, struct making *m, uint8_t c, struct refusal *ret_why)
{
	if (r->cfg->used == GRUB_TEXT)
		return grub_refuse(r, "more text than kshim has room for", ret_why);
	r->cfg->text[r->cfg->used++] = (char)c;
	m->begun = true;
	return REFUSAL_NONE;
}

/* The word ends, if one was begun. */
static enum refusal_code
finish(struct grub_reader *r, struct making *m, struct refusal *ret_why)
{
	struct span text = {(const uint8_t *)r->cfg->text + m->start, r->cfg->used - m->start};

	if (m->begun) {
		if (r->words == GRUB_WORDS)
			return grub_refuse(r, "a command of more than 128 words", ret_why);
		if (!r->words)
			r->is_quoted = m->quoted;
		r->word[r->words++] = (struct grub_word){text, m->known};
	}
	*m = (struct making){.start = r->cfg->used, .known = true};
	return REFUSAL_NONE;
}

bool
grub_variable_name(struct span text, uint64_t at, struct span *ret_name, uint64_t *ret_end)
{
	bool braces = span_u8(text, at + 1) == '{';
	uint64_t start = at + 1 + braces, len = 0;

	while (is_name(span_u8(text, start + len)))
		len++;
	*ret_name = text_span("");
	span_sub(text, start, len, ret_name);
	*ret_end = start + len + braces;
	return !braces || span_u8(text, start + len) == '}';
}

/* A variable, at its $. */
static enum refusal_code
put_variable(struct grub_reader *r, struct making *m, bool split, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;
	struct grub_word value;
	struct span name;
	uint64_t end;

	if (!grub_variable_name(r->script, r->at, &name, &end))
		return grub_refuse(r, "a variable's name without an end", ret_why);
	if (end == r->at + 1) {
		r->at++;
		return put(r, m, '$', ret_why);
	}
	r->at = end;
	value = grub_value(r->cfg, name);
	m->known &= value.known;
	m->begun |= !value.known;
	for (uint64_t i = 0; i < value.text.size && !code; i++) {
		if (split && is_blank(value.text.base[i]))
			code = finish(r, m, ret_why);
		else
			code = put(r, m, value.text.base[i], ret_why);
	}
	return code;
}

/* A character behind a backslash; a line's end there is none. */
static enum refusal_code
put_escaped(struct grub_reader *r, struct making *m, bool in_quotes, struct refusal *ret_why)
{
	uint8_t c = peek(r, 1);
	bool last = r->at + 1 == r->script.size;
	bool special = !last && (!in_quotes || c == '$' || c == '"' || c == '\\');

	if (c == '\n') {
		r->line++;
		r->at += 2;
		return REFUSAL_NONE;
	}
	r->at += special ? 2 : 1;
	return put(r, m, special ? c : '\\', ret_why);
}

/* What stands in quotation marks, at the first. */
static enum refusal_code
put_quoted(struct grub_reader *r, struct making *m, struct refusal *ret_why)
{
	uint8_t mark = peek(r, 0), c;
	enum refusal_code code = REFUSAL_NONE;

	m->begun = m->quoted = true;
	for (r->at++; !code;) {
		if (grub_at_end(r))
			return grub_refuse(r, "a quotation without an end", ret_why);
		c = peek(r, 0);
		if (c == mark)
			break;
		if (c == '\n')
			r->line++;
		if (mark == '"' && c == '$') {
			code = put_variable(r, m, false, ret_why);
		} else if (mark == '"' && c == '\\') {
			code = put_escaped(r, m, true, ret_why);
		} else {
			r->at++;
			code = put(r, m, c, ret_why);
		}
	}
	r->at++;
	return code;
}

static bool
is_keyword(struct span word)
{
	static const char *const names[] = {
	        "if", "elif", "then", "else", "fi", "while", "until", "do", "done", "}", "!"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_equals(word, names[i]))
			return true;
	}
	return false;
}

/* Does the command end here? Takes what ends it. */
static bool
take_end(struct grub_reader *r)
{
	uint8_t c = peek(r, 0), after = peek(r, 1);

	if (r->words == 1 && !r->is_quoted && is_keyword(r->word[0].text))
		return true;
	if (c == '{' && (is_blank(after) || after == '\n' || r->at + 1 >= r->script.size)) {
		r->opens_block = true;
		r->at++;
		return true;
	}
	if (c != ';' && c != '\n')
		return grub_at_end(r);
	r->line += c == '\n';
	r->at++;
	return true;
}

/* From a # to the line's end. */
static uint64_t
comment_length(const struct grub_reader *r)
{
	uint64_t len = 0;

	while (r->at + len < r->script.size && peek(r, len) != '\n')
		len++;
	return len;
}

/* Blanks, comments and line ends that are none, before a word. */
static void
skip_blanks(struct grub_reader *r)
{
	for (;; r->at++) {
		if (peek(r, 0) == '\\' && peek(r, 1) == '\n') {
			r->line++;
			r->at++;
			continue;
		}
		if (peek(r, 0) == '#')
			r->at += comment_length(r);
		if (peek(r, 0) == '\n' && (r->words || r->opens_block))
			return;
		if (!is_blank(peek(r, 0)) && peek(r, 0) != '\n')
			return;
		r->line += peek(r, 0) == '\n';
	}
}

static enum refusal_code
read_word(struct grub_reader *r, struct refusal *ret_why)
{
	struct making m = {.start = r->cfg->used, .known = true};
	enum refusal_code code = REFUSAL_NONE;

	while (!code && !grub_at_end(r)) {
		uint8_t c = peek(r, 0);

		if (is_blank(c) || c == '\n' || c == ';')
			break;
		if (c == '\'' || c == '"') {
			code = put_quoted(r, &m, ret_why);
		} else if (c == '$') {
			code = put_variable(r, &m, true, ret_why);
		} else if (c == '\\') {
			m.quoted = true;
			code = put_escaped(r, &m, false, ret_why);
		} else {
			r->at++;
			code = put(r, &m, c, ret_why);
		}
	}
	return code ? code : finish(r, &m, ret_why);
}

enum refusal_code
grub_command(struct grub_reader *r, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	r->words = 0;
	r->opens_block = r->is_quoted = false;
	skip_blanks(r);
	r->command_line = r->line;
	while (!code && !take_end(r)) {
		code = read_word(r, ret_why);
		if (!code)
			skip_blanks(r);
	}
	return code;
}
