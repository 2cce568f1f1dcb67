/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loaded before libc: something happens to the file FAULT_FILE as soon as it is mapped. FAULT
 * names what: `shrink` cuts it to 4 KiB, `touch` writes to it, `lost` puts pages that cannot be
 * read (those of an empty file) in the place of all but its first, as a failing disk would.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_wanted(int fd, const char *fault)
{
	struct stat a, b;

	return fd >= 0 && strcmp(getenv("FAULT"), fault) == 0 &&
	       fstatat(fd, "", &a, AT_EMPTY_PATH) == 0 && stat(getenv("FAULT_FILE"), &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	void *(*real)(void *, size_t, int, int, int, off_t) =
	        (void *(*)(void *, size_t, int, int, int, off_t))dlsym(RTLD_NEXT, "mmap");
	void *bytes = real(addr, len, prot, flags, fd, off);

	if (is_wanted(fd, "lost"))
		real((char *)bytes + 4096, len - 4096, prot, flags | MAP_FIXED,
		        memfd_create("empty", 0), 0);
	if (is_wanted(fd, "shrink") && truncate(getenv("FAULT_FILE"), 4096))
		abort();
	if (is_wanted(fd, "touch") && truncate(getenv("FAULT_FILE"), (off_t)len - 1))
		abort();
	if (is_wanted(fd, "touch") && truncate(getenv("FAULT_FILE"), (off_t)len))
		abort();
	return bytes;
}

void *
mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return mmap(addr, len, prot, flags, fd, off);
}
