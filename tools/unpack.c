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

/* More than any kernel: a few bytes of bzip2 can stand for gigabytes of zeros. */
#define UNPACKED_MAX ((size_t)2 << 30)
/* There are files that unpack to themselves. libarchive itself takes up to 25 filters. */
#define LAYERS_MAX 4

static const struct {
	const char *name;
	const char *magic;
	uint64_t len;
} compressions[] = {
        {"gzip", "\x1f\x8b", 2},
        {"bzip2", "BZh", 3},
        {"xz",
                "\xfd"
                "7zXZ",
                6},
        {"lzma", "\x5d\0\0", 3},
        {"zstd", "\x28\xb5\x2f\xfd", 4},
        {"lz4", "\x04\x22\x4d\x18", 4},
        {"lz4", "\x02\x21\x4c\x18", 4},
        {"lzop", "\x89LZO", 4},
};

const char *
compression_of(struct span bytes)
{
	for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++)
		if (span_is(bytes, 0, compressions[i].magic, compressions[i].len))
			return compressions[i].name;
	return NULL;
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
read_raw(struct archive *a, struct file *f, char *ret_why)
{
	for (;;) {
		la_ssize_t n;

		if (file_grow(f) != STATUS_OK)
			return STATUS_HOST;
		n = archive_read_data(a, f->data + f->size, f->room - f->size);
		if (n < 0)
			return refused(ret_why, "%s: cannot be unpacked after %zu bytes: %s",
			        f->path, f->size, archive_error_string(a));
		if (n == 0 && f->size == 0)
			return refused(ret_why, "%s: unpacks to nothing", f->path);
		if (n == 0)
			return STATUS_OK;
		f->size += (size_t)n;
		if (f->size > UNPACKED_MAX)
			return refused(ret_why, "%s: unpacks to more than %zu bytes", f->path,
			        UNPACKED_MAX);
	}
}

/* libarchive passes what it does not know through as it is. */
static int
open_raw(struct archive *a, struct span packed, const char *path, char *ret_why)
{
	const char *name = compression_of(packed);
	struct archive_entry *entry;

	archive_read_support_filter_all(a);
	archive_read_support_format_raw(a);
	if (archive_read_open_memory(a, packed.base, packed.size) != ARCHIVE_OK ||
	        archive_read_next_header(a, &entry) != ARCHIVE_OK)
		return refused(ret_why, "%s: starts like %s but cannot be unpacked: %s", path,
		        name, archive_error_string(a));
	if (archive_filter_code(a, 0) == ARCHIVE_FILTER_NONE)
		return refused(ret_why, "%s: starts like %s but is not", path, name);
	return STATUS_OK;
}

static int
by_libarchive(struct span packed, struct file *f, uint64_t *ret_used, char *ret_why)
{
	struct archive *a = archive_read_new();
	int status;

	if (!a)
		return fail(STATUS_HOST, "no memory to unpack %s", f->path);
	status = open_raw(a, packed, f->path, ret_why);
	if (status == STATUS_OK)
		status = read_raw(a, f, ret_why);
	if (status == STATUS_OK)
		*ret_used = (uint64_t)archive_filter_bytes(a, -1);
	archive_read_free(a);
	return status;
}

int
unpack_stream(struct span packed, struct file *f, uint64_t *ret_used, char *ret_why)
{
	const char *name = compression_of(packed), *path = f->path, *wrong;
	int status;

	*ret_used = packed.size;
	snprintf(ret_why, UNPACK_WHY, "%s: no memory", path);
	if (name && strcmp(name, "lzop") == 0) {
		wrong = unlzop(packed, UNPACKED_MAX, f);
		status = wrong ? refused(ret_why, "%s: cannot be unpacked after %zu bytes: %s",
		                         path, f->size, wrong)
		               : STATUS_OK;
	} else {
		status = by_libarchive(packed, f, ret_used, ret_why);
	}
	if (status != STATUS_OK) {
		file_free(f);
		f->path = path;
	}
	return status;
}

int
unpack_bytes(struct span packed, struct file *f, char *ret_why)
{
	uint64_t used;

	return unpack_stream(packed, f, &used, ret_why);
}

/* One layer: the file's bytes become what they unpack to. */
static int
unpack_layer(struct file *f)
{
	struct file plain = {.path = f->path};
	char why[UNPACK_WHY];
	int status = unpack_bytes(file_span(f), &plain, why);

	if (status == STATUS_REFUSED)
		return fail(status, "%s", why);
	if (status != STATUS_OK)
		return status;
	file_free(f);
	*f = plain;
	return STATUS_OK;
}

int
unpack(struct file *f)
{
	for (int layers = 0; compression_of(file_span(f)); layers++) {
		int status;

		if (layers == LAYERS_MAX)
			return fail(STATUS_REFUSED,
			        "%s: still compressed after unpacking %d times", f->path,
			        layers);
		status = unpack_layer(f);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}
