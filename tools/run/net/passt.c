/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passt, which makes the guest's connections its own, as a program of this user: no root, no
 * bridge. It is given one end of a pair of sockets and ends when the other is closed.
 *
 * The stream of frames is what each passt of Debian speaks, 12's as well, which has no
 * vhost-user; and passt sees nothing of the guest's memory that way. The host's loopback
 * addresses, which passt would map the gateway's address to, stay the host's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/run/net/nets.h"

static const char *const places[] = {"/usr/bin/passt", NULL};

static bool
start(struct child *c, const char *program, int fd)
{
	char number[12];
	const char *argv[] = {
	        program, "--foreground", "--quiet", "--no-map-gw", "--fd", number, NULL};

	snprintf(number, sizeof(number), "%d", fd);
	return child_start(c, "passt", argv, fd, NULL, NULL);
}

int
net_open_user(struct net_host *h)
{
	static char room[PATH_MAX];
	const char *program = child_find("passt", places, room, sizeof(room));
	int fd[2];
	bool good;

	snprintf(h->name, sizeof(h->name), "net user");
	if (!program)
		return fail(
		        STATUS_HOST, "--net user: passt is missing: install the package passt");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
		return fail(STATUS_HOST, "--net user: cannot make a pair of sockets: %s",
		        strerror(errno));
	wire_init(&h->wire, fd[0], true);
	good = fcntl(fd[0], F_SETFL, O_NONBLOCK) == 0 && start(&h->child, program, fd[1]);
	if (!good)
		fail(STATUS_HOST, "--net user: cannot start %s: %s", program, strerror(errno));
	close(fd[1]);
	return good ? STATUS_GO_ON : STATUS_HOST;
}
