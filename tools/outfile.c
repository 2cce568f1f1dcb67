/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing files whole: outfile.h tells the rules.
 *
 * A new file gets its name by rename(2) only when it is complete.
 */
#include "tools/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cmd.h"

#define WINDOW 65536

static const char *unfinished; /* the temporary name of the file that is being written */

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
	unfinished = out.temp;
	*ret_out = out;
	return STATUS_OK;
}

/*
 * The bytes go through a buffer: if they are those of a mapping that cannot be read, this load
 * shows it, where write(2) would only say "bad address".
 */
void
outfile_write(struct outfile *out, const void *data, size_t len)
{
	static uint8_t window[WINDOW];
	const uint8_t *from = data;

	for (size_t n; len; from += n, len -= n) {
		n = len < WINDOW ? len : WINDOW;
		memcpy(window, from, n);
		if (!out->failed && fwrite(window, 1, n, out->stream) != n)
			out->failed = errno;
		out->size += n;
	}
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
outfile_written(struct outfile *out)
{
	if (!out->failed && fflush(out->stream) != 0)
		out->failed = errno;
	return out->failed;
}

int
outfile_flush(struct outfile *out)
{
	int error = outfile_written(out);

	if (!error)
		return STATUS_OK;
	fail(STATUS_HOST, "cannot write %s: %s", out->path, strerror(error));
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
	unfinished = NULL;
	fclose(out->stream);
	free(out->temp);
	return STATUS_OK;
}

void
outfile_drop(struct outfile *out)
{
	fclose(out->stream);
	unlink(out->temp);
	unfinished = NULL;
	free(out->temp);
	*out = (struct outfile){0};
}

void
outfile_abandon(void)
{
	if (unfinished)
		unlink(unfinished);
	unfinished = NULL;
}
