/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading files whole and writing them whole: file.h tells the rules.
 *
 * A new file gets its name by rename(2) only when it is complete.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stub/base/range.h"
#include "tools/cmd.h"
#include "tools/file.h"

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
read_all(int fd, struct file *f)
{
	for (;;) {
		ssize_t n;

		if (file_grow(f) != STATUS_OK)
			return STATUS_HOST;
		n = read(fd, f->data + f->size, f->room - f->size);
		if (n == 0)
			return STATUS_OK;
		if (n < 0 && errno != EINTR)
			return fail(
			        STATUS_HOST, "cannot read %s: %s", f->path, strerror(errno));
		if (n > 0)
			f->size += (size_t)n;
	}
}

int
file_read(const char *path, struct file *ret_file)
{
	struct file f = {.path = path};
	struct stat st;
	int fd, status = STATUS_OK;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(STATUS_HOST, "cannot read %s: %s", path, strerror(errno));
	/* One byte more than the size, so that the end is seen without growing. */
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		status = file_reserve(&f, (size_t)st.st_size + 1);
	if (status == STATUS_OK)
		status = read_all(fd, &f);
	close(fd);
	if (status == STATUS_OK)
		*ret_file = f;
	else
		file_free(&f);
	return status;
}

void
file_free(struct file *f)
{
	free(f->data);
	*f = (struct file){0};
}

/* The mode that open() with 0666 would give. */
static mode_t
plain_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

int
outfile_open(const char *path, struct outfile *ret_out)
{
	struct outfile out = {.path = path};
	int fd = -1;

	if (asprintf(&out.temp, "%s.XXXXXX", path) < 0)
		return fail(STATUS_HOST, "no memory");
	fd = mkostemp(out.temp, O_CLOEXEC);
	if (fd >= 0) {
		out.stream = fdopen(fd, "w");
		(void)fchmod(fd, plain_mode());
	}
	if (!out.stream) {
		int error = errno;

		free(out.temp);
		return fail(STATUS_HOST, "cannot write %s: %s", path, strerror(error));
	}
	*ret_out = out;
	return STATUS_OK;
}

void
outfile_write(struct outfile *out, const void *data, size_t len)
{
	if (!out->failed && fwrite(data, 1, len, out->stream) != len)
		out->failed = true;
	out->size += len;
}

void
outfile_pad(struct outfile *out, uint64_t unit)
{
	static const uint8_t zeros[4096];

	while (out->size % unit != 0) {
		uint64_t n = unit - out->size % unit;

		outfile_write(out, zeros, n < sizeof(zeros) ? (size_t)n : sizeof(zeros));
	}
}

int
outfile_flush(struct outfile *out)
{
	if (fflush(out->stream) != 0)
		out->failed = true;
	if (!out->failed)
		return STATUS_OK;
	fail(STATUS_HOST, "cannot write %s: %s", out->path, strerror(errno));
	outfile_drop(out);
	return STATUS_HOST;
}

int
outfile_commit(struct outfile *out)
{
	if (outfile_flush(out) != STATUS_OK)
		return STATUS_HOST;
	if (rename(out->temp, out->path) != 0) {
		fail(STATUS_HOST, "cannot write %s: %s", out->path, strerror(errno));
		outfile_drop(out);
		return STATUS_HOST;
	}
	fclose(out->stream);
	free(out->temp);
	return STATUS_OK;
}

void
outfile_drop(struct outfile *out)
{
	fclose(out->stream);
	unlink(out->temp);
	free(out->temp);
	*out = (struct outfile){0};
}
