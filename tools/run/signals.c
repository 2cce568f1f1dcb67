/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals.h"

#include <signal.h>

#include "tools/run/command/serve.h"
#include "tools/run/virtio/console.h"

static struct ending *current; /* for the signals' handler */
static struct serve *command;  /* for it, too; NULL: none is run */
static volatile sig_atomic_t signalled, resized;

static void
on_signal(int signal)
{
	if (command) {
		serve_signal(command, signal);
		return;
	}
	signalled = signal;
	if (current)
		ending_set(current, ENDING_LEFT, (uint32_t)signal, 0, NULL);
}

static void
on_resize(int signal)
{
	resized = signal;
}

void
signals_catch(bool console)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction act = {.sa_handler = on_signal};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaction(ends[i], &act, NULL);
	signal(SIGPIPE, SIG_IGN);
	act.sa_handler = on_resize;
	if (console)
		sigaction(SIGWINCH, &act, NULL);
}

void
signals_end(struct ending *ending)
{
	current = ending;
	if (ending && signalled)
		on_signal(signalled);
}

/* SIGUSR1 is the machine's own. */
void
signals_pass(struct serve *s)
{
	struct sigaction act = {.sa_handler = on_signal};

	command = s;
	if (s)
		sigaction(SIGWINCH, &act, NULL);
}

void
signals_resize(struct machine *m)
{
	uint16_t cols, rows;

	if (!resized)
		return;
	resized = 0;
	terminal_size(&cols, &rows);
	if (m->plug.console && cols)
		console_resize(m->plug.console, 0, cols, rows);
}
