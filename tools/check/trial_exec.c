/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a program, collects what it prints, and stops it when it has shown enough.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/check/trial.h"

#define STEP_MS 200

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define ENDS (sizeof(ends) / sizeof(ends[0]))

static struct sigaction before[ENDS];
static volatile sig_atomic_t came;

static void
note(int signal)
{
	came = signal;
}

/* What our caller has told us to ignore (nohup) stays ignored. */
void
trial_catch_signals(void)
{
	struct sigaction act = {.sa_handler = note};

	came = 0;
	for (size_t i = 0; i < ENDS; i++) {
		sigaction(ends[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			sigaction(ends[i], &act, NULL);
	}
}

int
trial_signal(void)
{
	return came;
}

void
trial_release_signals(void)
{
	for (size_t i = 0; i < ENDS; i++)
		sigaction(ends[i], &before[i], NULL);
	if (came)
		raise(came);
}

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* In the child: stdin from nowhere, both outputs into the pipe; no life without `parent`. */
static void
become(const char *const *argv, int out, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	setpgid(0, 0);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static void
take(struct trial_run *run, const char *bytes, size_t len)
{
	size_t room = sizeof(run->output) - 1, drop;

	if (run->len + len > room) {
		drop = run->len + len - room;
		drop = drop > run->len ? run->len : drop;
		memmove(run->output, run->output + drop, run->len - drop);
		run->len -= drop;
	}
	for (size_t i = 0; i < len && run->len < room; i++)
		if (bytes[i] && bytes[i] != '\r')
			run->output[run->len++] = bytes[i];
	run->output[run->len] = 0;
}

/* Read until the end, the deadline, or until enough is seen; true at the end of the output. */
static bool
collect(int fd, uint64_t deadline, bool (*done)(const char *), struct trial_run *run)
{
	char bytes[4096];

	while (now_ms() < deadline && !done(run->output) && !came) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (poll(&p, 1, STEP_MS) <= 0)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n == 0 || (n < 0 && errno != EINTR))
			return true;
		if (n > 0)
			take(run, bytes, (size_t)n);
	}
	run->timed_out = now_ms() >= deadline;
	return false;
}

static void
reap(pid_t pid, struct trial_run *run)
{
	int status = 0;

	if (!run->ended)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (run->ended)
		run->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool
trial_exec(const char *const *argv, uint64_t seconds, bool (*done)(const char *output),
        struct trial_run *ret_run)
{
	uint64_t start = now_ms();
	int fds[2];
	pid_t pid, self = getpid();

	memset(ret_run, 0, sizeof(*ret_run));
	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0)
		become(argv, fds[1], self);
	close(fds[1]);
	if (pid > 0) {
		setpgid(pid, pid); /* here as well, so that reap() finds the group */
		ret_run->ended = collect(fds[0], start + seconds * 1000, done, ret_run);
		reap(pid, ret_run);
	}
	close(fds[0]);
	ret_run->milliseconds = now_ms() - start;
	return pid > 0 && !(ret_run->ended && ret_run->status == 127);
}
