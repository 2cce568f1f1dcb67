/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacking by libarchive's "raw" format: filters only, no archive inside. Debian's libarchive
 * would call a program for lzop files, so these are read here.
 */
#include <archive.h>
#include <archive_entry.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/cmd.h"
#include "tools/unlzop.h"
#include "tools/unpack.h"

/* What setting up a decompressor costs, in bytes of work. */
#define WORK_OF_START 65536

#define BY_LZO (-1) /* no filter of libarchive */

struct compression {
	const char *name;
	const char *magic;
	uint64_t len;
	int filter;
};

static const struct compression compressions[] = {
        {"gzip", "\x1f\x8b", 2, ARCHIVE_FILTER_GZIP},
        {"bzip2", "BZh", 3, ARCHIVE_FILTER_BZIP2},
        {"xz",
                "\xfd"
                "7zXZ",
                6, ARCHIVE_FILTER_XZ},
        {"lzma", "\x5d\0\0", 3, ARCHIVE_FILTER_LZMA},
        {"zstd", "\x28\xb5\x2f\xfd", 4, ARCHIVE_FILTER_ZSTD},
        {"lz4", "\x04\x22\x4d\x18", 4, ARCHIVE_FILTER_LZ4},
        {"lz4", "\x02\x21\x4c\x18", 4, ARCHIVE_FILTER_LZ4},
        {"lzop", "\x89LZO", 4, BY_LZO},
};

static const struct compression *
find_compression(struct span bytes)
{
	for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++)
		if (span_is(bytes, 0, compressions[i].magic, compressions[i].len))
			return &compressions[i];
	return NULL;
}

const char *
compression_of(struct span bytes)
{
	const struct compression *c = find_compression(bytes);

	return c ? c->name : NULL;
}

static int
refused(char *ret_why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret_why, UNPACK_WHY, format, args);
	va_end(args);
	return STATUS_REFUSED;
}

static int
out_of_budget(const struct budget *b, const struct compression *c, char *ret_why)
{
	budget_word(b, c->name, ret_why);
	return STATUS_REFUSED;
}

/* The next bytes, as many as there is room and budget for; *ret_len is 0 at the end. */
static int
read_more(struct archive *a, struct file *f, const struct budget *b, la_ssize_t *ret_len)
{
	uint64_t left = budget_left(b) + 1; /* one more shows that it is too much */
	size_t room;

	if (file_grow(f) != STATUS_OK)
		return STATUS_HOST;
	room = f->room - f->size;
	*ret_len = archive_read_data(a, f->data + f->size, room < left ? room : (size_t)left);
	return STATUS_OK;
}

static int
read_raw(struct archive *a, const struct compression *c, struct file *f, struct budget *b,
        char *ret_why)
{
	uint64_t in = 0;

	for (;;) {
		la_ssize_t n = 0;
		uint64_t used;
		bool paid;

		if (read_more(a, f, b, &n) != STATUS_OK)
			return STATUS_HOST;
		used = (uint64_t)archive_filter_bytes(a, -1);
		paid = budget_spend(b, used - in, n > 0 ? (uint64_t)n : 0);
		in = used;
		if (!paid)
			return out_of_budget(b, c, ret_why);
		if (n < 0)
			return refused(ret_why, "%s: cannot be unpacked after %zu bytes: %s",
			        f->path, f->size, archive_error_string(a));
		if (n == 0)
			return STATUS_OK;
		f->size += (size_t)n;
	}
}

/*
 * Exactly one filter: left to choose, libarchive undoes up to 25 compressions. The format
 * "empty" is for streams whose first byte cannot be had: without it the filter's own words are
 * lost.
 */
static int
open_raw(struct archive *a, const struct compression *c, struct span packed, const char *path,
        char *ret_why)
{
	struct archive_entry *entry;
	int opened, headed = ARCHIVE_FATAL;
	const char *wrong;

	archive_read_support_format_raw(a);
	archive_read_support_format_empty(a);
	archive_read_append_filter(a, c->filter);
	opened = archive_read_open_memory(a, packed.base, packed.size);
	wrong = archive_error_string(a);
	if (opened == ARCHIVE_OK && !wrong)
		headed = archive_read_next_header(a, &entry);
	if (headed == ARCHIVE_EOF)
		return refused(ret_why, "%s: unpacks to nothing", path);
	if (headed != ARCHIVE_OK)
		return refused(ret_why, "%s: starts like %s but cannot be unpacked: %s", path,
		        c->name, wrong ? wrong : archive_error_string(a));
	return STATUS_OK;
}

static int
by_libarchive(const struct compression *c, struct span packed, struct file *f, struct budget *b,
        uint64_t *ret_used, char *ret_why)
{
	struct archive *a = archive_read_new();
	int status;

	if (!a)
		return fail(STATUS_HOST, "no memory to unpack %s", f->path);
	status = open_raw(a, c, packed, f->path, ret_why);
	if (status == STATUS_OK)
		status = read_raw(a, c, f, b, ret_why);
	if (status == STATUS_OK)
		*ret_used = (uint64_t)archive_filter_bytes(a, -1);
	archive_read_free(a);
	return status;
}

static int
by_lzo(const struct compression *c, struct span packed, struct file *f, struct budget *b,
        char *ret_why)
{
	const char *wrong = unlzop(packed, b, f);

	if (b->over)
		return out_of_budget(b, c, ret_why);
	if (!wrong && !f->size)
		return refused(ret_why, "%s: unpacks to nothing", f->path);
	return wrong ? refused(ret_why, "%s: cannot be unpacked after %zu bytes: %s", f->path,
	                       f->size, wrong)
	             : STATUS_OK;
}

int
unpack_stream(
        struct span packed, struct file *f, struct budget *b, uint64_t *ret_used, char *ret_why)
{
	const struct compression *c = find_compression(packed);
	const char *path = f->path;
	int status;

	*ret_used = packed.size;
	snprintf(ret_why, UNPACK_WHY, "%s: no memory", path);
	if (!c)
		status = refused(ret_why, "%s: is not compressed", path);
	else if (!budget_spend(b, WORK_OF_START, 0))
		status = out_of_budget(b, c, ret_why);
	else if (c->filter == BY_LZO)
		status = by_lzo(c, packed, f, b, ret_why);
	else
		status = by_libarchive(c, packed, f, b, ret_used, ret_why);
	if (status != STATUS_OK) {
		file_free(f);
		f->path = path;
	}
	return status;
}

int
unpack_bytes(struct span packed, struct file *f, struct budget *b, char *ret_why)
{
	uint64_t used;

	return unpack_stream(packed, f, b, &used, ret_why);
}

/* One layer: the file's bytes become what they unpack to. */
static int
unpack_layer(struct file *f, struct budget *b)
{
	struct file plain = {.path = f->path};
	char why[UNPACK_WHY];
	int status = unpack_bytes(file_span(f), &plain, b, why);

	if (status == STATUS_REFUSED)
		return fail(status, "%s", why);
	if (status == STATUS_OK)
		status = file_unchanged(f);
	if (status != STATUS_OK)
		return status;
	file_free(f);
	*f = plain;
	return STATUS_OK;
}

int
unpack(struct file *f, struct budget *b)
{
	for (; compression_of(file_span(f)); b->layer++) {
		int status;

		if (b->layer > UNPACK_LAYERS)
			return fail(STATUS_REFUSED,
			        "%s: still compressed after unpacking %d times", f->path,
			        UNPACK_LAYERS);
		status = unpack_layer(f, b);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}
