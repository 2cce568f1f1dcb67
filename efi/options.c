/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the load options apart (efi-stub.rst, "The initrd= option").
 *
 * The first word that could be our own name is dropped only if it is; the next names the
 * kernel if it looks like a path. Words are separated by blanks outside of double quotes.
 * Surprise: firmware may pass bytes that are no text at all (some boot managers' own data):
 * those that are no whole UTF-16, or start with a control character, count as none.
 */
#include "efi/options.h"
#include "efi/utf.h"

#define INITRD     "initrd="
#define INITRD_LEN 7

static size_t
length(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Do both name the same file, apart from directories, case and ".efi"? */
static bool
same_file(const char *a, const char *b)
{
	const char *name[2] = {a, b};
	size_t len[2];

	for (unsigned k = 0; k < 2; k++) {
		for (const char *p = name[k]; *p; p++) {
			if (*p == '\\' || *p == '/' || *p == ':')
				name[k] = p + 1;
		}
		len[k] = length(name[k]);
		if (len[k] > 4 && name[k][len[k] - 4] == '.' &&
		        lower(name[k][len[k] - 3]) == 'e' &&
		        lower(name[k][len[k] - 2]) == 'f' && lower(name[k][len[k] - 1]) == 'i')
			len[k] -= 4;
	}
	if (len[0] != len[1] || !len[0])
		return false;
	for (size_t i = 0; i < len[0]; i++) {
		if (lower(name[0][i]) != lower(name[1][i]))
			return false;
	}
	return true;
}

/* A path has a slash of either kind and is no NAME=VALUE. */
static bool
is_path(const char *word)
{
	bool slash = false;

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

static enum refusal_code
add_initrd(struct options *o, const char *path, struct refusal *ret_why)
{
	if (o->initrds == OPTIONS_INITRDS)
		return refuse_too_many(
		        ret_why, "initrds", OPTIONS_INITRDS + 1, OPTIONS_INITRDS);
	o->initrd[o->initrds++] = path;
	return REFUSAL_NONE;
}

/* `words` is as long as `text`, so this fits. */
static void
add_word(struct options *o, size_t *used, const char *word)
{
	size_t len = length(word);

	if (*used)
		o->words[(*used)++] = ' ';
	memcpy(o->words + *used, word, len + 1);
	*used += len;
}

/* "@N" of at most four digits chooses a profile. */
static bool
take_profile(struct options *o, const char *word)
{
	size_t len = length(word);
	uint32_t n = 0;

	if (word[0] != '@' || len < 2 || len > 5)
		return false;
	for (size_t i = 1; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		n = 10 * n + (uint32_t)(word[i] - '0');
	}
	o->has_profile = true;
	o->profile = n;
	return true;
}

/* What a word may be gets less from one to the next. */
enum place { MAYBE_SELF, MAYBE_KERNEL, MAYBE_PROFILE, NEITHER };

/* Is it ourselves, the kernel, or the profile, which only the first words may be? */
static bool
is_leading(struct options *o, const char *self, const char *word, enum place *place)
{
	if (*place == MAYBE_SELF) {
		*place = MAYBE_KERNEL;
		if (same_file(word, self))
			return true;
	}
	if (*place == MAYBE_KERNEL && is_path(word)) {
		*place = MAYBE_PROFILE;
		o->kernel = word;
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
sort_words(struct options *o, const char *self, struct refusal *ret_why)
{
	char *at = o->text, *word;
	enum place place = MAYBE_SELF;
	size_t used = 0;
	enum refusal_code code = REFUSAL_NONE;

	while (!code && (word = next_word(&at))) {
		struct span s = {(const uint8_t *)word, length(word)};

		if (is_leading(o, self, word, &place))
			continue;
		if (span_is(s, 0, INITRD, INITRD_LEN))
			code = add_initrd(o, word + INITRD_LEN, ret_why);
		else
			add_word(o, &used, word);
	}
	return code;
}

/* Is the last initrd the one that OVMF names so for QEMU's -initrd? */
static void
find_firmware_initrd(struct options *o)
{
	struct span last;

	if (!o->initrds)
		return;
	last.base = (const uint8_t *)o->initrd[o->initrds - 1];
	last.size = length(o->initrd[o->initrds - 1]);
	if (last.size == 6 && span_is(last, 0, "initrd", 6)) {
		o->firmware_initrd = true;
		o->initrds--;
	}
}

static enum refusal_code
check_text(const struct options *o, struct refusal *ret_why)
{
	for (size_t i = 0; o->text[i]; i++) {
		uint8_t c = (uint8_t)o->text[i];

		if ((c < ' ' && !is_blank((char)c)) || c == 0x7f) {
			refuse(ret_why, REFUSAL_EFI_OPTIONS, i, c, 0);
			ret_why->subject = "load options";
			return ret_why->code;
		}
	}
	return REFUSAL_NONE;
}

enum refusal_code
options_read(struct span raw, const char *self, struct options *ret, struct refusal *ret_why)
{
	enum refusal_code code;

	ret->text[0] = ret->words[0] = 0;
	ret->kernel = NULL;
	ret->has_profile = false;
	ret->profile = 0;
	ret->initrds = 0;
	ret->firmware_initrd = false;
	if (raw.size % 2 || raw.size < 2 || span_le16(raw, 0) < ' ')
		return REFUSAL_NONE;
	if (!utf8_from_16((const uint16_t *)(const void *)raw.base, (size_t)raw.size / 2,
	            ret->text, sizeof(ret->text))) {
		refuse(ret_why, REFUSAL_CMDLINE_BUFFER, 0, raw.size / 2, OPTIONS_ROOM - 1);
		ret_why->subject = "load options";
		return ret_why->code;
	}
	code = check_text(ret, ret_why);
	if (!code)
		code = sort_words(ret, self, ret_why);
	if (!code)
		find_firmware_initrd(ret);
	return code;
}
