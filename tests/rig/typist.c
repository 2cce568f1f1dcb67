/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * typist SCRIPT COMMAND...: run a command on a pseudo-terminal and type for it.
 *
 * A line of the script is `expect TEXT` or `type TEXT` (with \r, \n, \xHH). What the command
 * prints goes to standard output, when each text came to standard error. At its end the
 * terminal must be as it was. Ends with the command's status, or with 90 and up when the script
 * could not be followed.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#define NO_TEXT   90 /* the expected text did not come before the end */
#define NO_SCRIPT 91
#define NOT_SAME  92     /* the terminal was left changed */
#define PATIENCE  600000 /* ms without a byte */
#define SLICE     100    /* ms between looks at the command */
#define SEEN_MAX  (1 << 20)

static char seen[SEEN_MAX];
static size_t seen_len, seen_from;
static int master, slave;
static struct termios before;
static struct timespec began;

/* Milliseconds since the command was started. */
static double
elapsed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - began.tv_sec) * 1e3 +
	       (double)(now.tv_nsec - began.tv_nsec) / 1e6;
}

/* Read what comes within `ms`; false at the end, or when nothing does. */
static int
more(int ms)
{
	struct pollfd p = {master, POLLIN, 0};
	char buf[4096];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return 0;
	n = read(master, buf, sizeof(buf));
	if (n <= 0 || seen_len + (size_t)n > SEEN_MAX)
		return 0;
	memcpy(seen + seen_len, buf, (size_t)n);
	seen_len += (size_t)n;
	return write(STDOUT_FILENO, buf, (size_t)n) == n;
}

static int
expect(const char *text)
{
	for (;;) {
		char *at = memmem(seen + seen_from, seen_len - seen_from, text, strlen(text));

		if (at) {
			seen_from = (size_t)(at - seen) + strlen(text);
			fprintf(stderr, "typist: '%s' after %.3f ms\n", text, elapsed());
			return 0;
		}
		if (!more(PATIENCE)) {
			fprintf(stderr, "typist: '%s' did not come\n", text);
			return NO_TEXT;
		}
	}
}

static int
type(const char *text)
{
	char out[256];
	size_t n = 0;

	for (; *text && n < sizeof(out); text++) {
		if (text[0] == '\\' && text[1] == 'x' && text[2] && text[3]) {
			char hex[] = {text[2], text[3], 0};
			out[n++] = (char)strtol(hex, NULL, 16);
			text += 3;
		} else if (text[0] == '\\' && (text[1] == 'r' || text[1] == 'n')) {
			out[n++] = *++text == 'r' ? '\r' : '\n';
		} else {
			out[n++] = *text;
		}
	}
	return write(master, out, n) == (ssize_t)n ? 0 : NO_SCRIPT;
}

static int
follow(FILE *script)
{
	char line[256];
	int status = 0;

	while (!status && fgets(line, sizeof(line), script)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "expect ", 7) == 0)
			status = expect(line + 7);
		else if (strncmp(line, "type ", 5) == 0)
			status = type(line + 5);
		else if (*line)
			status = NO_SCRIPT;
	}
	return status;
}

static int
same_terminal(void)
{
	struct termios after;

	return tcgetattr(slave, &after) == 0 && after.c_lflag == before.c_lflag &&
	       after.c_iflag == before.c_iflag && after.c_oflag == before.c_oflag;
}

int
main(int argc, char **argv)
{
	FILE *script = argc > 2 ? fopen(argv[1], "r") : NULL;
	int status, child_status = 0;
	pid_t child;

	if (!script || openpty(&master, &slave, NULL, NULL, NULL) < 0 ||
	        tcgetattr(slave, &before) < 0)
		return NO_SCRIPT;
	clock_gettime(CLOCK_MONOTONIC, &began);
	child = fork();
	if (child == 0) {
		close(master);
		login_tty(slave);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	status = follow(script);
	if (status)
		kill(child, SIGKILL);
	while (waitpid(child, &child_status, WNOHANG) == 0)
		more(SLICE);
	while (more(0))
		;
	if (!status && !same_terminal())
		status = NOT_SAME;
	if (!status)
		status = WIFEXITED(child_status) ? WEXITSTATUS(child_status) : NO_SCRIPT;
	return status;
}
