/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Headers, names and data of newc archives, by Linux' own rules: a member starts on a multiple
 * of 4 from the start of its stream, and so must an archive that follows another.
 */
#include "tools/plan/cpio.h"

#include <stdio.h>
#include <string.h>

#include "stub/base/range.h"

#define HEADER     110
#define MODE       1
#define S_IFMT     0170000
#define S_IFREG    0100000
#define FIELD      8
#define FILE_SIZE  6 /* numbers of the fields behind the magic */
#define NAME_SIZE  11
#define FIELDS     13
#define PATH_LIMIT 4096 /* Linux passes over what is longer */

static bool
wrong(struct cpio *c, const char *name, uint64_t at, const char *text)
{
	findings_add(c->findings, FINDING_ERROR, name, "%s%s%s: at byte %llu: %s", c->path,
	        c->inside ? ", unpacked by " : "", c->inside ? c->inside : "",
	        (unsigned long long)at, text);
	return false;
}

/* A field of eight hexadecimal digits. */
static bool
read_field(struct span header, unsigned i, uint64_t *ret_value)
{
	uint64_t v = 0;

	for (unsigned n = 0; n < FIELD; n++) {
		uint8_t d = span_u8(header, 6 + FIELD * (uint64_t)i + n);
		uint8_t low = d | 0x20;

		if (d >= '0' && d <= '9')
			v = v << 4 | (uint64_t)(d - '0');
		else if (low >= 'a' && low <= 'f')
			v = v << 4 | (uint64_t)(low - 'a' + 10);
		else
			return false;
	}
	*ret_value = v;
	return true;
}

static bool
cut_short(struct cpio *c, uint64_t at, const char *what, uint64_t wanted, uint64_t there)
{
	char text[256];

	snprintf(text, sizeof(text),
	        "the archive ends early: %s wants %llu bytes, %llu are there; build or copy the initrd again",
	        what, (unsigned long long)wanted, (unsigned long long)there);
	return wrong(c, "initrd.truncated", at, text);
}

/* "070701", or its older brothers that Linux does not read. */
static bool
check_magic(struct cpio *c, struct span bytes, uint64_t off)
{
	char text[160];

	if (span_is(bytes, off, "070701", 6) || span_is(bytes, off, "070702", 6))
		return true;
	snprintf(text, sizeof(text), "found '%c%c%c%c%c%c', wanted 070701: %s",
	        span_u8(bytes, off), span_u8(bytes, off + 1), span_u8(bytes, off + 2),
	        span_u8(bytes, off + 3), span_u8(bytes, off + 4), span_u8(bytes, off + 5),
	        span_is(bytes, off, "070707", 6) ? "make the archive by `cpio -o -H newc`"
	                                         : "no header of a cpio archive is here");
	for (char *t = text; *t; t++) {
		if (*t < ' ' || *t > '~')
			*t = '?';
	}
	return wrong(c, "initrd.magic", off, text);
}

/* One member at `off`; *ret_last: it was the trailer. */
static bool
walk_member(struct cpio *c, struct span bytes, uint64_t off, uint64_t *ret_next, bool *ret_last)
{
	uint64_t name_len = 0, len = 0, mode = 0, at = off + HEADER, left, v;
	char what[80];
	struct span header, name = {NULL, 0};

	if (!span_sub(bytes, off, HEADER, &header))
		return cut_short(c, off, "a header", HEADER, bytes.size - off);
	if (!check_magic(c, bytes, off))
		return false;
	for (unsigned i = 0; i < FIELDS; i++) {
		if (!read_field(header, i, &v))
			return wrong(c, "initrd.header", off + 6 + FIELD * i,
			        "a field of the header is no hexadecimal number");
		name_len = i == NAME_SIZE ? v : name_len;
		len = i == FILE_SIZE ? v : len;
		mode = i == MODE ? v : mode;
	}
	left = bytes.size - at;
	if (!span_sub(bytes, at, name_len, &name))
		return cut_short(c, at, "a member's name", name_len, left);
	snprintf(what, sizeof(what), "the data of %.*s", name_len < 50 ? (int)name_len : 50,
	        (const char *)name.base);
	*ret_last = name_len == 11 && memcmp(name.base, "TRAILER!!!", 11) == 0;
	c->init |= name_len == 5 && memcmp(name.base, "init", 5) == 0;
	at = (at + name_len + 3) & ~3ull;
	if (len && !bounds_ok(bytes.size, at, len))
		return cut_short(c, at, what, len, at < bytes.size ? bytes.size - at : 0);
	if (!*ret_last && (!name_len || name_len > PATH_LIMIT))
		findings_add(c->findings, FINDING_WARNING, "initrd.name",
		        "%s: at byte %llu: a name of %llu bytes, which Linux passes over",
		        c->path, (unsigned long long)off, (unsigned long long)name_len);
	*ret_next = (at + len + 3) & ~3ull;
	c->members += !*ret_last;
	if ((mode & S_IFMT) == S_IFREG)
		c->unpacked += align_down(len + PAGE - 1, PAGE);
	return true;
}

bool
cpio_walk(struct cpio *c, struct span bytes, uint64_t off, uint64_t *ret_end)
{
	bool last = false;

	c->archives++;
	while (!last) {
		if (off >= bytes.size) {
			findings_add(c->findings, FINDING_WARNING, "initrd.trailer",
			        "%s: the archive ends without TRAILER!!!, perhaps at a file that is missing",
			        c->path);
			off = bytes.size;
			break;
		}
		if (!walk_member(c, bytes, off, &off, &last))
			return false;
	}
	*ret_end = off < bytes.size ? off : bytes.size;
	return true;
}

bool
cpio_walk_all(struct cpio *c, struct span bytes, uint64_t off, uint64_t *ret_end)
{
	bool first = true;

	for (;;) {
		while (off < bytes.size && !bytes.base[off])
			off++;
		*ret_end = off;
		if (off >= bytes.size)
			return true;
		if (!first && (off & 3))
			return wrong(c, "initrd.padding", off,
			        "what follows an archive starts off a multiple of 4 (Linux: \"broken padding\"); pad the archive before it with zeros");
		if (bytes.base[off] != '0' || (off & 3))
			return true;
		if (!cpio_walk(c, bytes, off, &off))
			return false;
		first = false;
	}
}
