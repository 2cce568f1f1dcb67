/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loaded before libc: while `kshim run` reads a file, something happens to it. FAULT names
 * what: `eio` fails the read, `shrink` cuts the file to 32 KiB first, `touch` writes to it
 * afterwards.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

ssize_t
sendfile(int to, int from, off_t *off, size_t len)
{
	ssize_t (*real)(int, int, off_t *, size_t) =
	        (ssize_t(*)(int, int, off_t *, size_t))dlsym(RTLD_NEXT, "sendfile");
	const char *fault = getenv("FAULT"), *path = getenv("FAULT_FILE");
	ssize_t n;

	if (strcmp(fault, "eio") == 0) {
		errno = EIO;
		return -1;
	}
	if (strcmp(fault, "shrink") == 0 && truncate(path, 32768))
		abort();
	n = real(to, from, off, len);
	if (strcmp(fault, "touch") == 0 && truncate(path, 0) == 0 && truncate(path, (off_t)len))
		abort();
	return n;
}

ssize_t
sendfile64(int to, int from, off_t *off, size_t len)
{
	return sendfile(to, from, off, len);
}
