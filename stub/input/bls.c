/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads Boot Loader Specification texts (UAPI Group Specifications), line by line.
 *
 * Promises: reads only inside the spans it is given. Surprise: keys are separated from values
 * by blanks, so `linuxefi` is another key than `linux`; `options` and `initrd` may come several
 * times, and their order counts.
 */
#include "bls.h"

#include "stub/base/text.h"

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span
trim(struct span s)
{
	while (s.size && is_blank(s.base[0])) {
		s.base++;
		s.size--;
	}
	while (s.size && is_blank(s.base[s.size - 1]))
		s.size--;
	return s;
}

/* Cut the next line off *text; false at the end. */
static bool
next_line(struct span *text, struct span *ret_line)
{
	uint64_t len = 0;

	if (!text->size)
		return false;
	while (len < text->size && text->base[len] != '\n')
		len++;
	*ret_line = (struct span){text->base, len};
	len += len < text->size;
	text->base += len;
	text->size -= len;
	return true;
}

/* Split "KEY VALUE"; false for comments and empty lines. */
static bool
split(struct span line, struct span *ret_key, struct span *ret_value)
{
	uint64_t len = 0;

	line = trim(line);
	if (!line.size || line.base[0] == '#')
		return false;
	while (len < line.size && !is_blank(line.base[len]))
		len++;
	*ret_key = (struct span){line.base, len};
	*ret_value = trim((struct span){line.base + len, line.size - len});
	return true;
}

static bool
ends_with(struct span s, const char *suffix, uint64_t len)
{
	for (uint64_t i = 0; i < len; i++) {
		uint8_t c;

		if (s.size < len)
			return false;
		c = s.base[s.size - len + i];
		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + 32);
		if (c != (uint8_t)suffix[i])
			return false;
	}
	return true;
}

/* Digits of s from *at on as a number; false if there are none. */
static bool
number(struct span s, uint64_t *at, uint32_t *ret_v)
{
	uint64_t start = *at, v = 0;

	while (*at < s.size && s.base[*at] >= '0' && s.base[*at] <= '9') {
		v = v * 10 + (s.base[(*at)++] - '0');
		if (v > UINT32_MAX)
			v = UINT32_MAX;
	}
	*ret_v = (uint32_t)v;
	return *at > start;
}

/* "+LEFT" or "+LEFT-DONE" up to the end of `s` from `at` on. */
static bool
read_counter(struct span s, uint64_t at, struct bls_entry *e)
{
	uint32_t left, done = 0;

	at++;
	if (!number(s, &at, &left))
		return false;
	if (at < s.size && s.base[at] == '-') {
		at++;
		if (!number(s, &at, &done))
			return false;
	}
	if (at != s.size)
		return false;
	e->counted = true;
	e->left = left;
	e->done = done;
	return true;
}

bool
bls_name(struct span name, const char *suffix, struct bls_entry *ret_entry)
{
	uint64_t len = text_span(suffix).size;

	if (name.size <= len || !ends_with(name, suffix, len))
		return false;
	memset(ret_entry, 0, sizeof(*ret_entry));
	name.size -= len;
	ret_entry->id = name;
	for (uint64_t at = name.size; at--;) {
		if (name.base[at] == '+' && read_counter(name, at, ret_entry)) {
			ret_entry->id.size = at;
			break;
		}
	}
	return true;
}

struct span
bls_suffix(struct span name)
{
	uint64_t at = name.size;

	while (at && name.base[at - 1] != '.')
		at--;
	at -= at != 0;
	return (struct span){name.base + at, name.size - at};
}

void
bls_count_down(struct span name, const struct bls_entry *entry, bool no_longer,
        char ret_tail[BLS_TAIL])
{
	struct text t = text_init(ret_tail, BLS_TAIL);
	uint32_t done = entry->done + (!no_longer && entry->done < UINT32_MAX);
	struct span suffix = bls_suffix(name);

	text_char(&t, '+');
	text_dec(&t, entry->left ? entry->left - 1 : 0);
	if (done) {
		text_char(&t, '-');
		text_dec(&t, done);
	}
	for (uint64_t i = 0; i < suffix.size; i++)
		text_char(&t, (char)suffix.base[i]);
}

static enum refusal_code
bad(struct refusal *why, const char *what, uint64_t off)
{
	refuse(why, REFUSAL_BLS_ENTRY, off, 0, 0);
	why->detail = what;
	return REFUSAL_BLS_ENTRY;
}

struct reading {
	struct bls_entry *entry;
	bool has_kernel, is_uki;
};

/* Keys of which the last line counts; false for another key. */
static bool
read_simple(struct bls_entry *e, struct span key, struct span value)
{
	if (span_equals(key, "title"))
		e->title = value;
	else if (span_equals(key, "version"))
		e->version = value;
	else if (span_equals(key, "machine-id"))
		e->machine_id = value;
	else if (span_equals(key, "sort-key"))
		e->sort_key = value;
	else if (span_equals(key, "architecture"))
		e->architecture = value;
	else if (span_equals(key, "extra"))
		e->extra = value;
	else
		return false;
	return true;
}

/* Lines that may come several times, in order. */
static enum refusal_code
read_repeated(struct bls_entry *e, struct span key, struct span value, uint64_t off,
        struct refusal *ret_why)
{
	if (span_equals(key, "initrd") && value.size) {
		if (e->initrds == BLS_INITRDS)
			return bad(ret_why, "initrd too many", off);
		e->initrd[e->initrds++] = value;
	} else if (span_equals(key, "options") && value.size) {
		if (e->options == BLS_OPTIONS)
			return bad(ret_why, "options line too many", off);
		e->option[e->options++] = value;
	}
	return REFUSAL_NONE;
}

static enum refusal_code
read_line(struct reading *r, struct span key, struct span value, uint64_t off,
        struct refusal *ret_why)
{
	struct bls_entry *e = r->entry;
	bool uki = span_equals(key, "uki"), url = span_equals(key, "uki-url");
	uint64_t at = 0;

	if (read_simple(e, key, value))
		return REFUSAL_NONE;
	if (span_equals(key, "profile")) {
		e->has_profile = number(value, &at, &e->profile) && at == value.size;
		return e->has_profile ? REFUSAL_NONE
		                      : bad(ret_why, "profile that is no number", off);
	}
	if (!uki && !url && !span_equals(key, "linux") && !span_equals(key, "efi"))
		return read_repeated(e, key, value, off, ret_why);
	if (!value.size)
		return REFUSAL_NONE;
	if (r->has_kernel)
		return bad(ret_why, "second kernel", off);
	r->has_kernel = true;
	r->is_uki = uki;
	if (!url)
		e->kernel = value;
	return REFUSAL_NONE;
}

enum refusal_code
bls_entry_read(struct span text, struct bls_entry *entry, struct refusal *ret_why)
{
	struct span left = text, line, key, value;
	struct reading r = {entry, false, false};
	enum refusal_code code = REFUSAL_NONE;

	for (uint64_t i = 0; i < text.size; i++) {
		if (!text.base[i])
			return bad(ret_why, "NUL", i);
	}
	while (!code && next_line(&left, &line)) {
		if (split(line, &key, &value))
			code = read_line(
			        &r, key, value, (uint64_t)(line.base - text.base), ret_why);
	}
	if (!code && !r.has_kernel)
		return bad(ret_why, "missing linux, efi or uki line", text.size);
	entry->has_profile &= r.is_uki;
	return code;
}

struct span
bls_default(struct span loader_conf)
{
	struct span line, key, value, found = {NULL, 0};

	while (next_line(&loader_conf, &line)) {
		if (split(line, &key, &value) && span_equals(key, "default"))
			found = value;
	}
	return found;
}

struct span
bls_os_release(struct span text, const char *key)
{
	struct span line, value = {NULL, 0};
	uint64_t len = text_span(key).size;

	while (next_line(&text, &line)) {
		line = trim(line);
		if (!span_is(line, 0, key, len) || !span_is(line, len, "=", 1))
			continue;
		span_sub(line, len + 1, line.size - len - 1, &value);
		if (value.size >= 2 && (value.base[0] == '"' || value.base[0] == '\'') &&
		        value.base[value.size - 1] == value.base[0])
			span_sub(value, 1, value.size - 2, &value);
		return value;
	}
	return (struct span){NULL, 0};
}

/* The value of one key, or else of another. */
static struct span
either(struct span text, const char *key, const char *otherwise)
{
	struct span value = bls_os_release(text, key);

	return value.size ? value : bls_os_release(text, otherwise);
}

void
bls_entry_of_os_release(struct span text, struct bls_entry *entry)
{
	entry->sort_key = either(text, "IMAGE_ID", "ID");
	entry->version = either(text, "IMAGE_VERSION", "VERSION_ID");
	entry->title = bls_os_release(text, "PRETTY_NAME");
}
