/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies a file into a sealed memfd, unless it cannot change: hold.h.
 *
 * A file that only this user may write to may change as well, so that permissions are no reason
 * to go without the copy. Sources: memfd_create(2), fcntl(2), F_ADD_SEALS; Linux
 * Documentation/filesystems/fsverity.rst.
 */
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tools/run/status.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW)

/* Sealed in memory, verified by its file system, or on one that has no way to write. */
static bool
cannot_change(int fd)
{
	struct statfs fs;
	int seals = fcntl(fd, F_GET_SEALS);
	int flags = 0; /* the kernel writes an int, whatever the call's number says */

	if (seals >= 0 &&
	        (seals & (F_SEAL_WRITE | F_SEAL_SHRINK)) == (F_SEAL_WRITE | F_SEAL_SHRINK))
		return true;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_VERITY_FL))
		return true;
	return fstatfs(fd, &fs) == 0 &&
	       (fs.f_type == SQUASHFS_MAGIC || fs.f_type == ISOFS_SUPER_MAGIC ||
	               fs.f_type == (long)EROFS_SUPER_MAGIC_V1);
}

/* Copy [off, end); false with errno, which is 0 if the file ends before. */
static bool
copy_range(int from, int to, off_t off, off_t end)
{
	if (lseek(to, off, SEEK_SET) < 0)
		return false;
	while (off < end) {
		ssize_t n = sendfile(to, from, &off, (size_t)(end - off));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : 0;
			return false;
		}
	}
	return true;
}

/* Copy what is no hole. A file system that knows no holes has one range of data. */
static bool
copy_data(int from, int to, off_t size)
{
	off_t off = 0, end;

	while (off < size) {
		off_t data = lseek(from, off, SEEK_DATA);

		if (data < 0 && errno == ENXIO)
			return true; /* a hole up to the end */
		data = data < 0 ? off : data;
		end = lseek(from, data, SEEK_HOLE);
		end = end < 0 || end > size ? size : end;
		if (!copy_range(from, to, data, end))
			return false;
		off = end;
	}
	return true;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * Fill the copy. NULL, or what cannot be done to the file, with errno, which is 0 if the file
 * changed meanwhile.
 */
static const char *
copy(int fd, const struct stat *before, int to)
{
	struct stat after;

	if (to < 0 || ftruncate(to, before->st_size) < 0)
		return "copy";
	if (!copy_data(fd, to, before->st_size) || fstat(fd, &after) < 0)
		return "read";
	errno = 0;
	if (!is_same(before, &after))
		return "read";
	return fcntl(to, F_ADD_SEALS, SEALS | F_SEAL_SEAL) < 0 ? "copy" : NULL;
}

int
hold(int fd, const struct stat *before, const char *name, const char *path, int *ret_fd)
{
	struct stat after = *before;
	const char *cannot;
	int to, error;

	*ret_fd = fd;
	if (cannot_change(fd))
		return STATUS_GO_ON;
	to = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	cannot = copy(fd, before, to);
	if (!cannot) {
		close(fd);
		*ret_fd = to;
		return STATUS_GO_ON;
	}
	error = errno;
	(void)fstat(fd, &after);
	close(fd);
	if (to >= 0)
		close(to);
	if (error)
		return fail(STATUS_HOST, "cannot %s the %s: %s: %s", cannot, name, path,
		        strerror(error));
	return fail(STATUS_HOST,
	        "the %s changed while it was read: %s: %lld bytes at first, then %lld; try again when nothing writes to it",
	        name, path, (long long)before->st_size, (long long)after.st_size);
}
