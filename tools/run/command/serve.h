/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session with its descriptors: the port's socket, CMD's streams, signals. One thread, which
 * waits in the caller's poll(2).
 */
#ifndef RUN_COMMAND_SERVE_H
#define RUN_COMMAND_SERVE_H

#include <poll.h>
#include <stdatomic.h>

#include "tools/run/command/session.h"

#define SERVE_FDS 5

struct serve {
	struct session session;
	int port;              /* nonblocking; the other end is the console's */
	int wake;              /* an eventfd that serve_signal() writes */
	int fd[GUEST_STREAMS]; /* -1: none, or no more */
	_Atomic uint64_t signals;
	uint8_t told[64];      /* how often each signal came */
	int left;              /* a signal that ends the run; 0: none */
	int failed;            /* errno of the first stream that cannot be read or written; 0 */
	const char *failed_at; /* then: which it was */
	bool gone;             /* the port's other end */
	bool late;             /* the time for the readers of the output ran out */
	bool finishing;        /* the machine has ended: there is nothing to pass a signal to */
};

/* The descriptors of `fd` are the caller's. False with errno if the host cannot. */
bool serve_init(struct serve *s, struct span start, int port, const int *fd);

/* What to wait for. */
void serve_wants(struct serve *s, struct pollfd fds[SERVE_FDS]);
/* Do what poll(2) says is possible. */
void serve_ready(struct serve *s, const struct pollfd fds[SERVE_FDS]);

/*
 * Bytes of standard input from another place than fd[GUEST_INPUT], which is -1 then. Returns
 * how many were taken.
 */
size_t serve_typed(struct serve *s, const void *bytes, size_t len);

/*
 * A signal for CMD; from a handler, too. SIGWINCH tells it the terminal's size instead. One
 * that comes before CMD runs, after the machine's end, or for the third time, ends the run:
 * `left`.
 */
void serve_signal(struct serve *s, int number);

/*
 * The machine has ended: take what is in the socket yet, and write it, until all of it is
 * written, or a signal ends the run, or it is `until`, in ns of CLOCK_MONOTONIC. SERVE_AT_ONCE:
 * no more than the readers take at once, which is not `late`.
 */
#define SERVE_AT_ONCE  0
#define SERVE_FOR_EVER UINT64_MAX
void serve_finish(struct serve *s, uint64_t until);

/* Is there output that no reader has taken? */
bool serve_unwritten(const struct serve *s);

#endif
