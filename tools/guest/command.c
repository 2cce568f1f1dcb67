/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CMD: its streams, its identity, its start.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/guest/init.h"

/* Both ends of each of CMD's streams. */
struct ends {
	int ours[GUEST_STREAMS], its[GUEST_STREAMS];
};

/* A pipe's owner may open it by /dev/stdout; it is CMD's user. */
static void
make_pipe(struct ends *e, enum guest_stream s, uint32_t uid)
{
	int fd[2], in = s == GUEST_INPUT;

	if (pipe2(fd, O_CLOEXEC) < 0 || fchown(fd[0], uid, (gid_t)-1) < 0)
		die("a pipe", NULL);
	e->ours[s] = fd[in];
	e->its[s] = fd[!in];
	if (fcntl(e->ours[s], F_SETFL, O_NONBLOCK) < 0)
		die("a pipe", NULL);
}

static void
make_terminal(struct ends *e, const struct guest_start *start)
{
	struct winsize size = {.ws_row = start->rows, .ws_col = start->columns};
	int ours, its;

	if (openpty(&ours, &its, NULL, NULL, &size) < 0 ||
	        fchown(its, start->uid, (gid_t)-1) < 0 || fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
		die("a terminal", NULL);
	fcntl(ours, F_SETFD, FD_CLOEXEC);
	fcntl(its, F_SETFD, FD_CLOEXEC);
	e->ours[GUEST_INPUT] = e->ours[GUEST_OUTPUT] = ours;
	e->its[GUEST_INPUT] = e->its[GUEST_OUTPUT] = its;
	e->ours[GUEST_ERROR] = -1;
	e->its[GUEST_ERROR] = its;
}

static struct ends
make_ends(const struct guest_start *start)
{
	struct ends e;

	if (start->terminal)
		make_terminal(&e, start);
	for (int s = start->terminal ? GUEST_ERROR : GUEST_INPUT; s < GUEST_STREAMS; s++)
		if (start->terminal < 2)
			make_pipe(&e, (enum guest_stream)s, start->uid);
	return e;
}

/* What the child could not do. */
struct failure {
	int error;
	const char *what; /* NULL: execute CMD */
};

/* The first thing that cannot be given to CMD from its caller; NULL if all can. */
static const char *
take_identity(const struct request *r)
{
	const struct guest_start *s = &r->start;

	if (setgroups(s->groups, r->groups) < 0 || setgid(s->gid) < 0)
		return "the groups";
	if (setuid(s->uid) < 0)
		return "the user";
	return chdir(r->folder) < 0 ? r->folder : NULL;
}

/* Is there a file that execvp(3) takes for this command? */
static bool
is_there(const char *command)
{
	const char *at = getenv("PATH"), *end;
	char path[PATH_MAX];

	if (strchr(command, '/'))
		return access(command, F_OK) == 0;
	if (!at)
		at = "/bin:/usr/bin"; /* execvp(3) */
	for (; at; at = *end ? end + 1 : NULL) {
		end = strchrnul(at, ':');
		snprintf(path, sizeof(path), "%.*s%s%s", (int)(end - at), at,
		        end > at ? "/" : "", command);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* In the child: all that CMD has from its caller; what fails goes into `tell`. */
static _Noreturn void
become(const struct request *r, const struct ends *e, int tell)
{
	const struct guest_start *s = &r->start;
	struct failure failure;
	sigset_t none;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (s->terminal)
		ioctl(e->its[GUEST_INPUT], TIOCSCTTY, 0);
	for (int i = 0; i < GUEST_STREAMS; i++)
		dup2(e->its[i], i);
	failure.what = take_identity(r);
	if (!failure.what) {
		umask(s->umask);
		environ = r->variables;
		sigprocmask(SIG_SETMASK, &none, NULL);
		execvp(r->args[0], r->args);
	}
	failure.error = errno;
	/* A program or script that is there can lack its loader or interpreter. */
	if (!failure.what && failure.error == ENOENT && is_there(r->args[0]))
		failure.error = ELIBACC;
	if (write(tell, &failure, sizeof(failure)) < 0)
		_exit(126);
	_exit(127);
}

struct command
command_start(const struct request *r)
{
	struct ends e = make_ends(&r->start);
	struct command c;
	struct failure failure;
	int told[2];

	if (pipe2(told, O_CLOEXEC) < 0)
		die("a pipe", NULL);
	c.pid = fork();
	if (c.pid < 0)
		die("fork", NULL);
	if (c.pid == 0)
		become(r, &e, told[1]);
	close(told[1]);
	if (read(told[0], &failure, sizeof(failure)) == sizeof(failure)) {
		uint32_t number = (uint32_t)failure.error;

		errno = failure.error;
		if (failure.what)
			die("for the command", failure.what);
		port_say(GUEST_SAY_CANNOT, &number, sizeof(number));
	}
	close(told[0]);
	for (int s = 0; s < GUEST_STREAMS; s++) {
		c.fd[s] = e.ours[s];
		if (!r->start.terminal || (s == GUEST_ERROR && r->start.terminal < 2))
			close(e.its[s]);
	}
	c.held = r->start.terminal ? e.its[GUEST_INPUT] : -1;
	return c;
}

void
command_resize(const struct command *c, const struct guest_size *size)
{
	struct winsize w = {.ws_row = size->rows, .ws_col = size->columns};

	if (c->fd[GUEST_OUTPUT] >= 0)
		ioctl(c->fd[GUEST_OUTPUT], TIOCSWINSZ, &w);
}
