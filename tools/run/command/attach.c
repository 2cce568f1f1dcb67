/* SPDX-License-Identifier: BSD-2-Clause */
#include "attach.h"

#include <sys/socket.h>
#include <unistd.h>

#include "tools/run/command/caller.h"

struct serve *
attach_session(const struct command_setup *setup, int *ret_port)
{
	static struct serve s;
	bool no_keys = caller_in_background(); /* reading would stop us */
	const int fd[GUEST_STREAMS] = {
	        setup->terminal || no_keys ? -1 : STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
	int port[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, port) < 0 ||
	        !serve_init(&s, setup->start, port[0], fd))
		return NULL;
	if (no_keys)
		session_input_end(&s.session);
	*ret_port = port[1];
	return &s;
}

/* The first of what ends a run wins. */
static void
look_for_end(struct machine *m)
{
	const struct serve *s = m->command;

	if (s->left)
		ending_set(&m->ending, ENDING_LEFT, (uint32_t)s->left, 0, NULL);
	else if (s->session.state >= SESSION_ENDED)
		ending_set(&m->ending, ENDING_COMMAND, 0, 0, NULL);
}

void
attach_wait(struct machine *m, uint64_t ms)
{
	struct terminal *t = &m->terminal;
	struct pollfd fds[SERVE_FDS + 2];

	serve_wants(m->command, fds);
	fds[SERVE_FDS] = (struct pollfd){.fd = m->ending.wake, .events = POLLIN};
	fds[SERVE_FDS + 1] =
	        (struct pollfd){.fd = terminal_wants(t) ? STDIN_FILENO : -1, .events = POLLIN};
	if (poll(fds, SERVE_FDS + 2, (int)ms) <= 0)
		return;
	serve_ready(m->command, fds);
	if (fds[SERVE_FDS + 1].revents)
		terminal_read(t);
	terminal_taken(t, serve_typed(m->command, t->pending, t->pending_len));
	look_for_end(m);
}
