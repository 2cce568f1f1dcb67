/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtiofsd, which serves one directory and nothing else.
 *
 * It waits for a connection to a socket that it is given. The socket lies in a directory that
 * only this user can enter, until this process has connected: no other is the first. What it
 * sees of the host: as root, by its own namespaces, the directory alone, but all of it by
 * chroot(2) if that is the root directory; without root it could only show other owners than
 * the files have in there, so it stays in this one, with the caller's rights.
 */
#include "engine.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const places[] = {"/usr/libexec/virtiofsd", "/usr/lib/virtiofsd", NULL};

/* A socket that listens, and one that is connected to it. */
static bool
connect_pair(const char *dir, int *ret_listener, int *ret_fd)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good;
	int error;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/socket", dir);
	good = listener >= 0 && fd >= 0 &&
	       bind(listener, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	       listen(listener, 1) == 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
	error = errno;
	unlink(a.sun_path);
	if (good) {
		*ret_listener = listener;
		*ret_fd = fd;
		return true;
	}
	if (listener >= 0)
		close(listener);
	if (fd >= 0)
		close(fd);
	errno = error;
	return false;
}

static int
make_sockets(int *ret_listener, int *ret_fd)
{
	char dir[] = "/tmp/kshim-XXXXXX";
	bool good;
	int error;

	if (!mkdtemp(dir))
		return fail(
		        STATUS_HOST, "cannot make a directory in /tmp: %s", strerror(errno));
	good = connect_pair(dir, ret_listener, ret_fd);
	error = errno;
	rmdir(dir);
	return good ? STATUS_GO_ON
	            : fail(STATUS_HOST, "cannot make a socket in /tmp: %s", strerror(error));
}

/* The host's own root cannot become that of a namespace (pivot_root(2)); all of it is seen. */
static const char *
sandbox(const char *path)
{
	static char real[PATH_MAX];

	if (geteuid() != 0)
		return "--sandbox=none";
	return realpath(path, real) && strcmp(real, "/") == 0 ? "--sandbox=chroot"
	                                                      : "--sandbox=namespace";
}

static bool
start(struct child *c, const char *program, const struct option_engine *o, int listener)
{
	static char listen_to[16], dir[PATH_MAX + 16];
	const char *argv[] = {program, listen_to, dir, sandbox(o->path), "--log-level=error",
	        "--rlimit-nofile=0", "--xattr",
	        o->flat ? "--no-announce-submounts" : "--announce-submounts",
	        o->ro ? "--readonly" : NULL, NULL};

	snprintf(listen_to, sizeof(listen_to), "--fd=%d", listener);
	snprintf(dir, sizeof(dir), "--shared-dir=%s", o->path);
	return child_start(c, "virtiofsd", argv, listener, NULL, NULL);
}

int
engine_start_share(struct engine *e, const struct option_engine *o, int *ret_fd)
{
	static char room[PATH_MAX];
	const char *program = child_find("virtiofsd", places, room, sizeof(room));
	struct stat st;
	int status, listener = -1;

	if (stat(o->path, &st) < 0)
		return fail(STATUS_REFUSED, "cannot share %s: %s", o->path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return fail(STATUS_REFUSED, "cannot share %s: it is no directory", o->path);
	if (!program)
		return fail(STATUS_HOST,
		        "cannot share %s: virtiofsd is missing: install the package virtiofsd (Debian 13 or later)",
		        o->path);
	status = make_sockets(&listener, ret_fd);
	if (status != STATUS_GO_ON)
		return status;
	e->user.fd = *ret_fd;
	if (!start(&e->child, program, o, listener))
		status = fail(STATUS_HOST, "cannot start %s: %s", program, strerror(errno));
	close(listener);
	return status;
}
