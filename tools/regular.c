/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refuses what is no regular file: regular.h.
 *
 * stat() comes before open() because opening a device can be an act (a watchdog starts, a tape
 * rewinds), and fstat() after it because the name may mean another file by then.
 */
#include "tools/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *
regular_why(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return NULL;
	case S_IFDIR:
		return "it is a directory, wanted a regular file";
	case S_IFIFO:
		return "it is a FIFO, wanted a regular file";
	case S_IFSOCK:
		return "it is a socket, wanted a regular file";
	case S_IFBLK:
		return "it is a block device, wanted a regular file: copy it into an image file, and give that";
	case S_IFCHR:
		return "it is a character device, wanted a regular file";
	default:
		return "it is of no known kind, wanted a regular file";
	}
}

/* What stat() or fstat() has said: why the file is not read, with errno; NULL if it can be. */
static const char *
judged(int failed, const struct stat *st)
{
	if (failed)
		return strerror(errno);
	errno = 0;
	return regular_why(st->st_mode);
}

const char *
regular_open(const char *path, int *ret_fd, struct stat *ret_stat)
{
	struct stat st;
	const char *why = judged(stat(path, &st), &st);
	int fd;

	if (why)
		return why;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return strerror(errno);
	why = judged(fstat(fd, &st), &st);
	if (why) {
		int error = errno;

		close(fd);
		errno = error;
		return why;
	}
	*ret_fd = fd;
	*ret_stat = st;
	return NULL;
}
