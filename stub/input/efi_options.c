/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the load options apart (efi-stub.rst, "The initrd= option").
 *
 * The first word that could be our own name is dropped only if it is; the next names the
 * kernel if it looks like a path. Words are separated by blanks outside of double quotes.
 * Surprise: firmware may pass bytes that are no text at all (addresses of its own code, GUIDs,
 * 8-bit characters of `efibootmgr` without -u). Half of all pairs of bytes are some character,
 * so text must have an ASCII character too, and nothing that no name or word is written with.
 */
#include "efi_options.h"
#include "efi_load_option.h"
#include "stub/base/text.h"
#include "uki.h"
#include "utf.h"

#define SUBJECT    "load options"
#define INITRD     "initrd="
#define INITRD_LEN 7

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
same_text(struct span a, struct span b)
{
	if (a.size != b.size)
		return false;
	for (uint64_t i = 0; i < a.size; i++) {
		if (text_lower(a.base[i]) != text_lower(b.base[i]))
			return false;
	}
	return true;
}

/* The last name of a path, without quotes and ".efi". */
static struct span
base_name(const char *path)
{
	static const struct span suffix = {(const uint8_t *)".efi", 4};
	struct span s = {(const uint8_t *)path, 0};

	for (; *path; path++) {
		if (*path == '\\' || *path == '/' || *path == ':')
			s.base = (const uint8_t *)path + 1;
	}
	if (*s.base == '"')
		s.base++;
	s.size = text_span((const char *)s.base).size;
	if (s.size && s.base[s.size - 1] == '"')
		s.size--;
	if (s.size > 4 && same_text((struct span){s.base + s.size - 4, 4}, suffix))
		s.size -= 4;
	return s;
}

/* Do both name the same file, apart from directories, case and ".efi"? */
static bool
same_file(const char *a, const char *b)
{
	struct span name = base_name(a);

	return name.size && same_text(name, base_name(b));
}

static bool
is_name_char(char c)
{
	return (text_lower((uint8_t)c) >= 'a' && text_lower((uint8_t)c) <= 'z') ||
	       (c >= '0' && c <= '9');
}

struct span
efi_path_volume(const char *path, const char **ret_rest)
{
	struct span name = {(const uint8_t *)path, 0};

	while (is_name_char(path[name.size]))
		name.size++;
	if (path[name.size] != ':')
		name.size = 0;
	*ret_rest = name.size ? path + name.size + 1 : path;
	return name;
}

/* A path has a slash of either kind, or a volume, and is no NAME=VALUE. */
static bool
is_path(const char *word)
{
	const char *rest = word + (*word == '"');
	bool slash = efi_path_volume(rest, &rest).size;

	for (; *word; word++) {
		if (*word == '=')
			return false;
		slash = slash || *word == '\\' || *word == '/';
	}
	return slash;
}

/* Cut the next word off *at, in place; NULL if there is none. */
static char *
next_word(char **at)
{
	char *word, *p = *at;
	bool quoted = false;

	while (is_blank(*p))
		p++;
	word = p;
	while (*p && (quoted || !is_blank(*p))) {
		quoted ^= *p == '"';
		p++;
	}
	if (*p)
		*p++ = 0;
	*at = p;
	return *word ? word : NULL;
}

/* A path without its quotes, in place. */
static const char *
unquote(char *word)
{
	char *out = word;

	for (const char *in = word; *in; in++) {
		if (*in != '"')
			*out++ = *in;
	}
	*out = 0;
	return word;
}

static enum refusal_code
add_initrd(struct efi_options *o, const char *path, struct refusal *ret_why)
{
	if (o->initrds == EFI_OPTIONS_INITRDS)
		return refuse_too_many(
		        ret_why, "initrds", EFI_OPTIONS_INITRDS + 1, EFI_OPTIONS_INITRDS);
	o->initrd[o->initrds++] = path;
	return REFUSAL_NONE;
}

/* `words` is as long as `text`, so this fits. */
static void
add_word(struct efi_options *o, size_t *used, const char *word)
{
	size_t len = text_span(word).size;

	if (*used)
		o->words[(*used)++] = ' ';
	memcpy(o->words + *used, word, len + 1);
	*used += len;
}

/* "@N" of at most four digits chooses a profile. */
static bool
take_profile(struct efi_options *o, const char *word)
{
	if (!uki_profile_number(word, &o->profile))
		return false;
	o->has_profile = true;
	return true;
}

/* What a word may be gets less from one to the next. */
enum place { MAYBE_SELF, MAYBE_KERNEL, MAYBE_PROFILE, NEITHER };

/* Is it ourselves, the kernel, or the profile, which only the first words may be? */
static bool
is_leading(struct efi_options *o, const char *self, char *word, enum place *place)
{
	if (*place == MAYBE_SELF) {
		*place = MAYBE_KERNEL;
		if (same_file(word, self))
			return true;
	}
	if (*place == MAYBE_KERNEL && is_path(word)) {
		*place = MAYBE_PROFILE;
		o->kernel = unquote(word);
		return true;
	}
	if (*place != NEITHER && take_profile(o, word)) {
		*place = NEITHER;
		return true;
	}
	*place = NEITHER;
	return false;
}

static enum refusal_code
sort_words(struct efi_options *o, const char *self, struct refusal *ret_why)
{
	char *at = o->text, *word;
	enum place place = MAYBE_SELF;
	size_t used = 0;
	enum refusal_code code = REFUSAL_NONE;

	while (!code && (word = next_word(&at))) {
		struct span s = text_span(word);
		uint64_t quote = *word == '"';

		if (is_leading(o, self, word, &place))
			continue;
		if (span_is(s, quote, INITRD, INITRD_LEN))
			code = add_initrd(o, unquote(word) + INITRD_LEN, ret_why);
		else
			add_word(o, &used, word);
	}
	return code;
}

/* Is the last initrd the one that OVMF names so for QEMU's -initrd? */
static void
find_firmware_initrd(struct efi_options *o)
{
	struct span last;

	if (!o->initrds)
		return;
	last.base = (const uint8_t *)o->initrd[o->initrds - 1];
	last.size = text_span(o->initrd[o->initrds - 1]).size;
	if (last.size == 6 && span_is(last, 0, "initrd", 6)) {
		o->firmware_initrd = true;
		o->initrds--;
	}
}

/* Is it part of what names and words are written with? */
static bool
is_text_char(uint32_t c)
{
	bool is_control = (c < ' ' && !is_blank((char)c)) || (c >= 0x7f && c <= 0x9f);
	bool is_private = (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000; /* UTF_BAD as well */
	bool is_no_character = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);

	return !is_control && !is_private && !is_no_character;
}

/* Is `raw` text up to its NUL? *ret_where is where it is not. */
static bool
is_text(struct span raw, uint64_t *ret_where)
{
	struct span text = utf16_text(raw);
	bool any_ascii = !text.size;

	for (uint64_t at = 0; at < text.size;) {
		uint32_t c;

		*ret_where = at;
		c = utf16_next(text, &at);
		if (!is_text_char(c))
			return false;
		any_ascii |= c < 0x7f;
	}
	*ret_where = any_ascii ? text.size : 0;
	return any_ascii && raw.size - text.size != 1;
}

enum refusal_code
efi_options_read(
        struct span raw, const char *self, struct efi_options *ret, struct refusal *ret_why)
{
	uint64_t where;
	enum refusal_code code = REFUSAL_NONE;

	memset(ret, 0, sizeof(*ret));
	ret->was_load_option = efi_load_option_read(raw, &raw);
	if (!is_text(raw, &where)) {
		refuse(&ret->ignored, REFUSAL_EFI_OPTIONS, where, span_le16(raw, where), 0);
		ret->ignored.subject = SUBJECT;
		return REFUSAL_NONE;
	}
	if (utf8_from_16(raw, ret->text, sizeof(ret->text)))
		code = sort_words(ret, self, ret_why);
	else
		code = refuse(ret_why, REFUSAL_CMDLINE_BUFFER, 0, utf16_text(raw).size / 2,
		        EFI_OPTIONS_ROOM - 1);
	if (code)
		ret_why->subject = SUBJECT;
	else
		find_firmware_initrd(ret);
	return code;
}
