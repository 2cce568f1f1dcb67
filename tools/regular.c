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

const char *
regular_open(const char *path, int *ret_fd, struct stat *ret_stat)
{
	const char *why;
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return strerror(errno);
	errno = 0;
	why = regular_why(st.st_mode);
	if (why)
		return why;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return strerror(errno);
	errno = 0;
	why = regular_why(st.st_mode);
	if (why) {
		close(fd);
		return why;
	}
	*ret_fd = fd;
	*ret_stat = st;
	return NULL;
}
