/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tools/run/clock.h"
#include "tools/run/terminal.h"
#include "tools/run/transient.h"

#define SIGNAL_ENDS 3 /* the same one so often */

enum {
	FD_PORT,
	FD_WAKE,
	FD_STREAM, /* and the two behind it */
};

bool
serve_init(struct serve *s, struct span start, int port, const int *fd)
{
	memset(s, 0, sizeof(*s));
	session_init(&s->session, start);
	s->port = port;
	memcpy(s->fd, fd, sizeof(s->fd));
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return s->wake >= 0;
}

static short
output_wants(const struct serve *s, enum guest_stream stream)
{
	return session_output(&s->session, stream).size ? POLLOUT : 0;
}

void
serve_wants(struct serve *s, struct pollfd fds[SERVE_FDS])
{
	bool sends = session_sends(&s->session).size != 0, input = session_wants(&s->session);

	fds[FD_PORT] = (struct pollfd){
	        .fd = s->gone ? -1 : s->port, .events = sends ? POLLIN | POLLOUT : POLLIN};
	fds[FD_WAKE] = (struct pollfd){.fd = s->wake, .events = POLLIN};
	for (int i = 0; i < GUEST_STREAMS; i++) {
		short events = i != GUEST_INPUT ? output_wants(s, (enum guest_stream)i)
		               : input          ? POLLIN
		                                : 0;

		fds[FD_STREAM + i] =
		        (struct pollfd){.fd = events ? s->fd[i] : -1, .events = events};
	}
}

/* False if there is no more to read now. */
static bool
read_port(struct serve *s)
{
	uint8_t bytes[16384];
	ssize_t n = read(s->port, bytes, sizeof(bytes));

	if (n > 0)
		session_take(&s->session, bytes, (size_t)n);
	else if (n == 0 || !is_transient())
		s->gone = true;
	return n > 0;
}

static void
write_port(struct serve *s)
{
	struct span sends = session_sends(&s->session);
	ssize_t n = write(s->port, sends.base, sends.size);

	if (n >= 0)
		session_sent(&s->session, (size_t)n);
	else if (!is_transient())
		s->gone = true;
}

/* The first stream whose file failed is told at the end; a reader that has gone is no failure.
 */
static void
note_failure(struct serve *s, enum guest_stream stream)
{
	static const char *const doing[GUEST_STREAMS] = {"reading standard input",
	        "writing to standard output", "writing to standard error"};

	if (s->failed || errno == EPIPE)
		return;
	s->failed = errno;
	s->failed_at = doing[stream];
}

static void
read_input(struct serve *s)
{
	uint8_t bytes[SESSION_CHUNK];
	ssize_t n = read(s->fd[GUEST_INPUT], bytes, session_wants(&s->session));

	if (n > 0) {
		session_input(&s->session, bytes, (size_t)n);
	} else if (n == 0 || !is_transient()) {
		if (n < 0)
			note_failure(s, GUEST_INPUT);
		session_input_end(&s->session);
		s->fd[GUEST_INPUT] = -1;
	}
}

/*
 * No more than a pipe takes without waiting. A reader that has gone ends CMD as it would
 * without a machine between them; so does a file that takes no more.
 */
static void
write_output(struct serve *s, enum guest_stream stream)
{
	struct span out = session_output(&s->session, stream);
	ssize_t n = write(s->fd[stream], out.base, out.size < PIPE_BUF ? out.size : PIPE_BUF);

	if (n < 0 && is_transient())
		return;
	if (n >= 0) {
		session_written(&s->session, stream, (size_t)n);
		return;
	}
	note_failure(s, stream);
	s->fd[stream] = -1;
	session_signal(&s->session, SIGPIPE);
}

/* What no reader takes is thrown away, so that CMD does not wait for one. */
static void
drop_output(struct serve *s)
{
	for (int i = GUEST_OUTPUT; i <= GUEST_ERROR; i++) {
		struct span out;

		while (s->fd[i] < 0 &&
		        (out = session_output(&s->session, (enum guest_stream)i)).size)
			session_written(&s->session, (enum guest_stream)i, out.size);
	}
}

static void
pass_signal(struct serve *s, int number)
{
	uint16_t cols, rows;

	if (number == SIGWINCH) {
		if (terminal_size(&cols, &rows))
			session_resize(&s->session, rows, cols);
		return;
	}
	if (s->finishing || ++s->told[number] >= SIGNAL_ENDS ||
	        s->session.state != SESSION_RUNS)
		s->left = number;
	else
		session_signal(&s->session, number);
}

static void
pass_signals(struct serve *s)
{
	uint64_t count, signals;

	if (read(s->wake, &count, sizeof(count)) < 0)
		return;
	signals = atomic_exchange(&s->signals, 0);
	for (int n = 1; n < 64; n++)
		if (signals >> n & 1)
			pass_signal(s, n);
}

void
serve_ready(struct serve *s, const struct pollfd fds[SERVE_FDS])
{
	if (fds[FD_WAKE].revents)
		pass_signals(s);
	if (fds[FD_PORT].revents & ~POLLOUT)
		read_port(s);
	if (fds[FD_PORT].revents & POLLOUT)
		write_port(s);
	if (fds[FD_STREAM + GUEST_INPUT].revents && session_wants(&s->session))
		read_input(s);
	for (int i = GUEST_OUTPUT; i <= GUEST_ERROR; i++)
		if (fds[FD_STREAM + i].revents)
			write_output(s, (enum guest_stream)i);
	drop_output(s);
}

size_t
serve_typed(struct serve *s, const void *bytes, size_t len)
{
	size_t room;

	session_sends(&s->session); /* what is to be said goes first */
	room = session_wants(&s->session);
	if (len > room)
		len = room;
	session_input(&s->session, bytes, len);
	return len;
}

void
serve_signal(struct serve *s, int number)
{
	const uint64_t one = 1;
	int error = errno;

	atomic_fetch_or(&s->signals, 1ull << number);
	if (write(s->wake, &one, sizeof(one)) < 0)
		s->left = number;
	errno = error;
}

bool
serve_unwritten(const struct serve *s)
{
	return output_wants(s, GUEST_OUTPUT) || output_wants(s, GUEST_ERROR);
}

/* For poll(2): -1 is for ever. */
static int
ms_until(uint64_t until)
{
	uint64_t now, ms;

	if (until == SERVE_FOR_EVER)
		return -1;
	now = clock_ns();
	ms = until > now ? (until - now) / 1000000 + 1 : 0;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

void
serve_finish(struct serve *s, uint64_t until)
{
	struct pollfd fds[SERVE_FDS];
	int ready;

	s->finishing = true;
	for (;;) {
		while (!s->gone && read_port(s))
			;
		drop_output(s);
		if (!serve_unwritten(s))
			return;
		serve_wants(s, fds);
		fds[FD_PORT].fd = fds[FD_STREAM + GUEST_INPUT].fd = -1;
		ready = poll(fds, SERVE_FDS, s->left ? 0 : ms_until(until));
		if (ready == 0)
			s->late = !s->left && until != SERVE_AT_ONCE;
		if (ready == 0 || (ready < 0 && errno != EINTR))
			return;
		serve_ready(s, fds);
	}
}
