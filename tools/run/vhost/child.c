/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork(), what a child must not inherit, execve(); lines from the pipe.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE_MS 2000 /* for its end; this process's own kills it */
#define NOT_STARTED 127

const char *
child_find(const char *name, const char *const *places, char *room, size_t len)
{
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t n = strcspn(path, ":");
		int size = snprintf(room, len, "%.*s/%s", (int)n, path, name);

		if (n && size > 0 && (size_t)size < len && access(room, X_OK) == 0)
			return room;
		path += n + (path[n] == ':');
	}
	while (*places && access(*places, X_OK) != 0)
		places++;
	return *places;
}

/* In the child: signals as a program expects them, and no descriptors but three and `fd`. */
static bool
leave_behind(int messages, int fd)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* Ctrl-C is for the launcher, which ends the run and with it the helper. */
	return setpgid(0, 0) == 0 && null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	       dup2(messages, STDOUT_FILENO) >= 0 && dup2(messages, STDERR_FILENO) >= 0 &&
	       fcntl(fd, F_SETFD, 0) == 0 &&
	       (fd == 3 || close_range(3, (unsigned)fd - 1, 0) == 0) &&
	       close_range((unsigned)fd + 1, ~0u, 0) == 0;
}

static _Noreturn void
become(const char *const *argv, int messages, int fd, pid_t parent,
        bool (*confine)(const void *context), const void *context)
{
	bool good = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;

	if (good && leave_behind(messages, fd) && (!confine || confine(context)))
		execv(argv[0], (char *const *)argv);
	fprintf(stderr, "it cannot be started: %s\n", strerror(errno));
	_exit(NOT_STARTED);
}

/* The child's number as a descriptor; the messages' end to read from. */
static bool
follow(struct child *c, pid_t pid, int messages)
{
	c->ended = (int)syscall(SYS_pidfd_open, pid, 0);
	c->messages = messages;
	return c->ended >= 0 && fcntl(messages, F_SETFL, O_NONBLOCK) == 0;
}

bool
child_start(struct child *c, const char *name, const char *const *argv, int fd,
        bool (*confine)(const void *context), const void *context)
{
	pid_t pid, parent = getpid();
	int pipes[2];

	*c = CHILD_NONE;
	c->name = name;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return false;
	pid = fork();
	if (pid == 0)
		become(argv, pipes[1], fd, parent, confine, context);
	close(pipes[1]);
	if (pid > 0)
		return follow(c, pid, pipes[0]);
	close(pipes[0]);
	return false;
}

static void
say(const struct child *c, const char *line, size_t len)
{
	fprintf(stderr, "kshim run: %s: %.*s\n", c->name, (int)len, line);
}

/* Older lines make room. */
static void
keep_line(struct child *c)
{
	if (c->len + 1 > sizeof(c->kept) - c->kept_len)
		c->kept_len = 0;
	memcpy(c->kept + c->kept_len, c->line, c->len);
	c->kept_len += c->len;
	c->kept[c->kept_len++] = '\n';
}

static void
say_line(struct child *c)
{
	if (c->len && c->held)
		keep_line(c);
	else if (c->len)
		say(c, c->line, c->len);
	c->len = 0;
}

static void
take(struct child *c, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n' || c->len == sizeof(c->line))
			say_line(c);
		if (bytes[i] != '\n')
			c->line[c->len++] = (unsigned char)bytes[i] < ' ' ? '?' : bytes[i];
	}
}

bool
child_say(struct child *c)
{
	char bytes[CHILD_LINE];
	ssize_t n = read(c->messages, bytes, sizeof(bytes));

	if (n > 0)
		take(c, bytes, (size_t)n);
	else
		say_line(c);
	return n > 0;
}

static void
take_all(struct child *c)
{
	while (c->messages >= 0 && child_say(c))
		;
}

void
child_say_all(struct child *c)
{
	const char *line = c->kept, *end;

	take_all(c);
	while ((end = memchr(line, '\n', c->kept_len - (size_t)(line - c->kept)))) {
		say(c, line, (size_t)(end - line));
		line = end + 1;
	}
	c->kept_len = 0;
}

void
child_end(struct child *c)
{
	struct pollfd p = {.fd = c->ended, .events = POLLIN};

	if (c->ended < 0)
		return;
	poll(&p, 1, PATIENCE_MS);
	take_all(c);
	close(c->ended);
	close(c->messages);
	*c = CHILD_NONE;
}
