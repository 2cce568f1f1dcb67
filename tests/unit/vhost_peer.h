/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A daemon of vhost-user that has answered before it is asked: what it will reply lies in the
 * socket, and what it was told is read afterwards.
 */
#ifndef UNIT_VHOST_PEER_H
#define UNIT_VHOST_PEER_H

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/run/vhost/message.h"

struct vhost_peer {
	int front, back; /* the front end's socket, the daemon's */
};

static inline bool
peer_make(struct vhost_peer *p)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0)
		return false;
	*p = (struct vhost_peer){fd[0], fd[1]};
	return true;
}

static inline void
peer_free(struct vhost_peer *p)
{
	close(p->front);
	close(p->back);
}

/* Bytes that the front end will read. */
static inline bool
peer_says(struct vhost_peer *p, const void *bytes, size_t len)
{
	return send(p->back, bytes, len, MSG_DONTWAIT) == (ssize_t)len;
}

/* No more will come. */
static inline void
peer_is_done(struct vhost_peer *p)
{
	shutdown(p->back, SHUT_WR);
}

#endif
