/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes ISA strings apart, and writes them again without some extensions.
 *
 * RISC-V unprivileged specification, "ISA Extension Naming Conventions": after "rv64" come
 * single letters, then longer names that start with s, x or z, separated by underscores (before
 * the first one it may be missing). Version numbers ("i2p1") are kept with their letter.
 */
#include "isa.h"

#define BASE_LEN 4 /* "rv64" */

/* What is before the first NUL. */
static struct span
text_of(struct span s)
{
	uint64_t n = 0;

	while (n < s.size && s.base[n])
		n++;
	return (struct span){s.base, n};
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The next extension of a text at *at, underscores skipped; false at the end. */
static bool
next_extension(struct span isa, uint64_t *at, struct span *ret)
{
	uint64_t size = isa.size, start, end;

	while (*at < size && isa.base[*at] == '_')
		++*at;
	if (*at >= size)
		return false;
	start = *at;
	end = start + 1;
	if (isa.base[start] == 's' || isa.base[start] == 'x' || isa.base[start] == 'z') {
		while (end < size && isa.base[end] != '_')
			end++;
	} else {
		while (end < size && is_digit(isa.base[end]))
			end++;
		if (end > start + 1 && end + 1 < size && isa.base[end] == 'p' &&
		        is_digit(isa.base[end + 1]))
			for (end++; end < size && is_digit(isa.base[end]);)
				end++;
	}
	*at = end;
	*ret = (struct span){isa.base + start, end - start};
	return true;
}

/* The same, a version number behind a single letter not counting. */
static bool
names(struct span extension, const char *text)
{
	if (extension.size > 1 && is_digit(extension.base[1]))
		extension.size = 1;
	return span_equals(extension, text);
}

bool
isa_has(struct span isa, const char *extension)
{
	uint64_t at = BASE_LEN;
	struct span e;

	isa = text_of(isa);
	while (next_extension(isa, &at, &e)) {
		if (names(e, extension))
			return true;
	}
	return false;
}

bool
isa_guest_may(struct span extension, bool sstc)
{
	static const char *const denied[] = {"ssaia", "ssccfg", "sscofpmf", "sscsrind", "ssctr",
	        "ssdbltrp", "ssstateen", "zicfilp", "zicfiss", "zk", "zkr"};

	if (names(extension, "h"))
		return false;
	for (unsigned i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		if (span_equals(extension, denied[i]))
			return false;
	}
	if (extension.size > 2 &&
	        (span_is(extension, 0, "sh", 2) || span_is(extension, 0, "sm", 2)))
		return false;
	return sstc || !span_equals(extension, "sstc");
}

uint64_t
isa_for_guest(struct span isa, bool sstc, char *out)
{
	uint64_t at = BASE_LEN, len = 0;
	bool apart = false; /* from the name that was written last */
	struct span e;

	isa = text_of(isa);
	for (; len < BASE_LEN && len < isa.size; len++)
		out[len] = (char)isa.base[len];
	while (next_extension(isa, &at, &e)) {
		apart |= e.base[-1] == '_';
		if (!isa_guest_may(e, sstc)) {
			apart = true;
			continue;
		}
		if (apart && out[len - 1] != '_')
			out[len++] = '_';
		apart = false;
		memcpy(out + len, e.base, (size_t)e.size);
		len += e.size;
	}
	out[len] = '\0';
	return len;
}

/* The next string of a list at *at; false at the end. */
static bool
next_of_list(struct span list, uint64_t *at, struct span *ret)
{
	struct span rest;

	if (*at >= list.size)
		return false;
	rest = (struct span){list.base + *at, list.size - *at};
	*ret = text_of(rest);
	*at += ret->size + 1;
	return true;
}

bool
isa_list_has(struct span list, const char *extension)
{
	uint64_t at = 0;
	struct span e;

	while (next_of_list(list, &at, &e)) {
		if (span_equals(e, extension))
			return true;
	}
	return false;
}

uint64_t
isa_list_for_guest(struct span list, bool sstc, char *out)
{
	uint64_t at = 0, len = 0;
	struct span e;

	while (next_of_list(list, &at, &e)) {
		if (!e.size || !isa_guest_may(e, sstc))
			continue;
		memcpy(out + len, e.base, (size_t)e.size);
		out[len + e.size] = '\0';
		len += e.size + 1;
	}
	return len;
}
