/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping files and reading standard input: file.h tells the rules.
 *
 * Files of /proc and /sys are regular ones that say that they are empty, or cannot be mapped;
 * these are read, and are never large.
 */
#include "tools/file.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub/base/range.h"
#include "tools/cmd.h"
#include "tools/disk_image.h"
#include "tools/mapping.h"
#include "tools/regular.h"
#include "tools/size.h"

int
file_reserve(struct file *f, size_t size)
{
	uint8_t *more;

	if (size <= f->room)
		return STATUS_OK;
	more = realloc(f->data, size);
	if (!more)
		return fail(STATUS_HOST, "%s: no memory for %zu bytes", f->path, size);
	f->data = more;
	f->room = size;
	return STATUS_OK;
}

int
file_grow(struct file *f)
{
	return f->size < f->room ? STATUS_OK : file_reserve(f, 2 * f->room + MIB);
}

static int
fail_read(const char *path, const char *why)
{
	return fail(STATUS_HOST, "cannot read %s: %s", path, why);
}

static int
fail_too_long(const char *path, uint64_t limit, const char *raise)
{
	char text[SIZE_TEXT];

	return fail(STATUS_HOST, "cannot read %s: it has more than %s%s", path,
	        size_text(limit, text), raise);
}

/* An interrupted or nonblocking read is tried again once there is something to read. */
static bool
may_go_on(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};

	if (errno == EAGAIN)
		return poll(&wait, 1, -1) >= 0 || errno == EINTR;
	return errno == EINTR;
}

static int
read_all(int fd, uint64_t limit, const char *raise, struct file *f)
{
	for (;;) {
		ssize_t n;

		if (file_grow(f) != STATUS_OK)
			return STATUS_HOST;
		n = read(fd, f->data + f->size, f->room - f->size);
		if (n == 0)
			return STATUS_OK;
		if (n < 0 && !may_go_on(fd))
			return fail_read(f->path, strerror(errno));
		if (n > 0)
			f->size += (size_t)n;
		if (f->size > limit)
			return fail_too_long(f->path, limit, raise);
	}
}

/* Map it, or read it if it is one of a file system that maps nothing. Takes `fd`. */
static int
take_regular(const char *path, int fd, const struct stat *st, struct file *ret_file)
{
	struct file f = {.path = path};
	int status;

	if (st->st_size > 0)
		f.map = mapping_make(path, fd, st);
	if (f.map) {
		f.data = mapping_bytes(f.map);
		f.size = (size_t)st->st_size;
		*ret_file = f;
		return STATUS_OK;
	}
	if (st->st_size > 0 && errno != ENODEV)
		status = fail_read(path, strerror(errno));
	else
		status = read_all(fd, FILE_TEXT_MAX, "", &f);
	close(fd);
	if (status == STATUS_OK)
		*ret_file = f;
	else
		file_free(&f);
	return status;
}

int
file_read(const char *path, struct file *ret_file)
{
	struct stat st;
	int fd;
	const char *why = regular_open(path, &fd, &st);

	if (why && disk_path_is(path))
		return disk_path_read(path, ret_file);
	return why ? fail_read(path, why) : take_regular(path, fd, &st, ret_file);
}

/* Is it a kind of standard input that has an end, or a person who can end it? */
static const char *
input_why(const struct stat *st)
{
	if (S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode) || isatty(STDIN_FILENO))
		return NULL;
	return regular_why(st->st_mode);
}

int
file_read_input(uint64_t limit, const char *raise, struct file *ret_file)
{
	struct file f = {.path = "standard input"};
	const char *why;
	struct stat st;
	int status, fd;

	if (fstat(STDIN_FILENO, &st) < 0)
		return fail_read(f.path, strerror(errno));
	why = input_why(&st);
	if (why)
		return fail_read(f.path, why);
	if (S_ISREG(st.st_mode)) {
		fd = dup(STDIN_FILENO);
		return fd < 0 ? fail_read(f.path, strerror(errno))
		              : take_regular(f.path, fd, &st, ret_file);
	}
	status = read_all(STDIN_FILENO, limit, raise, &f);
	if (status == STATUS_OK)
		*ret_file = f;
	else
		file_free(&f);
	return status;
}

int
file_read_text(const char *path, struct file *ret_file)
{
	int status = file_read(path, ret_file);

	if (status == STATUS_OK && ret_file->size > FILE_TEXT_MAX) {
		file_free(ret_file);
		status = fail_too_long(path, FILE_TEXT_MAX, "");
	}
	return status;
}

int
file_unchanged(const struct file *f)
{
	return f->map ? mapping_unchanged(f->map) : STATUS_OK;
}

void
file_free(struct file *f)
{
	if (f->map)
		mapping_free(f->map);
	else
		free(f->data);
	*f = (struct file){0};
}
