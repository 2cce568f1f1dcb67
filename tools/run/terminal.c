/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terminal handling and the watch for --expect's text.
 */
#include "terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tools/run/transient.h"

#define CTRL_A 0x01

static const char keys_text[] = "\r\nCtrl-A x  leave: the virtual machine ends\r\n"
                                "Ctrl-A h  this help\r\n"
                                "Ctrl-A Ctrl-A  send Ctrl-A to the guest\r\n";

/* For the handlers below, which get no argument. */
static struct termios saved;
static volatile sig_atomic_t saved_valid;
static bool registered;

void
terminal_restore(void)
{
	if (saved_valid)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	saved_valid = 0;
}

static void
restore_and_die(int signal)
{
	terminal_restore();
	raise(signal); /* SA_RESETHAND: now with its default action */
}

static void
catch_fatal_signals(void)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	struct sigaction act = {
	        .sa_handler = restore_and_die, .sa_flags = (int)SA_RESETHAND | SA_NODEFER};

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &act, NULL);
}

/* Raw, but only in the foreground: else the terminal's driver would stop us. */
static bool
make_raw(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
	        tcgetattr(STDIN_FILENO, &saved) < 0)
		return false;
	raw = saved;
	cfmakeraw(&raw);
	raw.c_oflag = saved.c_oflag; /* our own messages want their newlines translated */
	if (!registered)
		atexit(terminal_restore);
	registered = true;
	saved_valid = 1;
	catch_fatal_signals();
	return tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static size_t *
borders(const char *text)
{
	size_t len = strlen(text), k = 0;
	size_t *table = calloc(len + 1, sizeof(*table));

	for (size_t i = 1; table && i < len; i++) {
		while (k && text[i] != text[k])
			k = table[k];
		k += text[i] == text[k];
		table[i + 1] = k;
	}
	return table;
}

bool
terminal_open(struct terminal *t, struct ending *ending, const char *expect, bool raw)
{
	*t = (struct terminal){.ending = ending,
	        .out = STDOUT_FILENO,
	        .expect = expect,
	        .filters = !raw && isatty(STDOUT_FILENO)};
	if (expect && !(t->fallback = borders(expect)))
		return false;
	t->raw = make_raw();
	return true;
}

void
terminal_open_beside(struct terminal *t, struct ending *ending, bool verbose, bool keys)
{
	*t = (struct terminal){.ending = ending,
	        .out = verbose ? STDERR_FILENO : -1,
	        .beside = true,
	        .filters = verbose && isatty(STDERR_FILENO)};
	t->raw = keys && make_raw();
	t->eof = !t->raw;
}

void
terminal_close(struct terminal *t)
{
	free(t->fallback);
	t->fallback = NULL;
	terminal_restore();
}

static void
match(struct terminal *t, uint8_t byte)
{
	while (t->matched && (uint8_t)t->expect[t->matched] != byte)
		t->matched = t->fallback[t->matched];
	if ((uint8_t)t->expect[t->matched] == byte)
		t->matched++;
	if (!t->expect[t->matched]) {
		ending_set(t->ending, ENDING_EXPECTED, 0, 0, NULL);
		t->matched = t->fallback[t->matched];
	}
}

/* Until the output, which does not block, takes more; or until the run ends. */
static void
wait_for_reader(const struct terminal *t)
{
	struct pollfd fds[] = {
	        {.fd = t->out, .events = POLLOUT}, {.fd = t->ending->wake, .events = POLLIN}};

	poll(fds, 2, -1);
}

/* Print all; bytes that the reader does not take before the run's end are lost. */
static void
print(struct terminal *t, const uint8_t *bytes, size_t len)
{
	while (len && !t->dead && t->out >= 0) {
		ssize_t n = write(t->out, bytes, len);

		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (!is_transient()) {
			t->dead = true;
			ending_set(t->ending, ENDING_HOST, (uint32_t)errno, 0,
			        t->out == STDOUT_FILENO ? "writing to standard output"
			                                : "writing to standard error");
		} else if (ending_over(t->ending)) {
			t->dead = true; /* what else there is would wait as long */
		} else if (errno == EAGAIN) {
			wait_for_reader(t);
		}
	}
}

void
terminal_put(struct terminal *t, uint8_t byte)
{
	const uint8_t *bytes = &byte;
	size_t len = t->filters ? escapes_put(&t->escapes, byte, &bytes) : 1;

	t->sent++;
	print(t, bytes, len);
	if (t->expect)
		match(t, byte);
	if (t->watch && watch_put(t->watch, byte))
		ending_set(t->ending, ENDING_PANIC, 0, 0, NULL);
}

static void
keep(struct terminal *t, uint8_t byte)
{
	if (t->pending_len < TERMINAL_PENDING)
		t->pending[t->pending_len++] = byte;
}

static void
typed(struct terminal *t, uint8_t byte)
{
	if (!t->prefix) {
		t->prefix = byte == CTRL_A;
		if (!t->prefix)
			keep(t, byte);
		return;
	}
	t->prefix = false;
	if (byte == 'x')
		ending_set(t->ending, ENDING_LEFT, 0, 0, NULL);
	else if (byte == 'h' && write(STDERR_FILENO, keys_text, sizeof(keys_text) - 1) < 0)
		return;
	else if (byte == CTRL_A)
		keep(t, byte);
}

bool
terminal_wants(const struct terminal *t)
{
	return !t->eof && (t->raw || !t->pending_len);
}

void
terminal_read(struct terminal *t)
{
	uint8_t buf[256];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

	if (n <= 0) {
		t->eof = n == 0 || !is_transient();
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		if (t->raw)
			typed(t, buf[i]);
		else
			keep(t, buf[i]);
	}
}

void
terminal_taken(struct terminal *t, size_t len)
{
	t->pending_len -= len;
	memmove(t->pending, t->pending + len, t->pending_len);
}
