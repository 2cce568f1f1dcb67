/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /init of `kshim run KERNEL -- CMD`: loads modules, mounts the root, runs CMD, passes its
 * streams, says how it ended, switches the machine off.
 *
 * protocol.h tells how it speaks with the host. One thread: everything waits in one poll(2),
 * only writes to the port are waited for, because the host always reads.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/guest/init.h"

#define CHUNK    (32u << 10)
#define DRAIN_MS 3000 /* without a byte, while programs that were killed hold a pipe open */

/* Bytes of standard input that CMD has not read yet. */
static uint8_t input[GUEST_WINDOW];
static size_t input_len;
static bool input_ends;

static struct command command = {.pid = -1, .fd = {-1, -1, -1}, .held = -1};
static size_t room[GUEST_STREAMS] = {0, GUEST_WINDOW, GUEST_WINDOW};

static _Noreturn void
power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

_Noreturn void
die(const char *what, const char *which)
{
	struct guest_failed f = {.error = (uint32_t)errno};

	snprintf(f.what, sizeof(f.what), "%s%s%s", what, which ? " " : "", which ? which : "");
	fprintf(stderr, "kshim: %s: %s\n", f.what, strerror((int)f.error));
	if (port_fd() >= 0)
		port_say(GUEST_SAY_FAILED, &f, sizeof(f));
	power_off();
}

static void
close_input(void)
{
	/* A terminal has one descriptor for both directions. */
	if (command.fd[GUEST_INPUT] >= 0 && command.fd[GUEST_INPUT] != command.fd[GUEST_OUTPUT])
		close(command.fd[GUEST_INPUT]);
	command.fd[GUEST_INPUT] = -1;
	input_len = 0;
}

static void
write_input(void)
{
	ssize_t n = write(command.fd[GUEST_INPUT], input, input_len);
	struct guest_taken taken = {GUEST_INPUT, n > 0 ? (uint32_t)n : 0};

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		close_input();
		return;
	}
	if (n <= 0)
		return;
	input_len -= (size_t)n;
	memmove(input, input + n, input_len);
	port_say(GUEST_SAY_TAKEN, &taken, sizeof(taken));
}

/* False at the stream's end. EIO is the end of a terminal without a program. */
static bool
pass(enum guest_stream stream)
{
	static uint8_t bytes[CHUNK];
	size_t most = room[stream] < CHUNK ? room[stream] : CHUNK;
	ssize_t n = read(command.fd[stream], bytes, most);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return false;
	room[stream] -= (size_t)n;
	port_say_data(stream, bytes, (size_t)n);
	return true;
}

static void
take_input(const uint8_t *bytes, size_t len)
{
	if (len < sizeof(uint32_t))
		return;
	bytes += sizeof(uint32_t);
	len -= sizeof(uint32_t);
	if (!len)
		input_ends = true;
	if (command.fd[GUEST_INPUT] < 0 || len > sizeof(input) - input_len)
		return;
	memcpy(input + input_len, bytes, len);
	input_len += len;
}

static void
take_message(const struct guest_header *h, const void *bytes)
{
	const struct guest_taken *taken = bytes;
	const uint32_t *number = bytes;

	if (h->type == GUEST_SAY_DATA)
		take_input(bytes, h->size);
	else if (h->type == GUEST_SAY_TAKEN && h->size == sizeof(*taken) &&
	         taken->stream < GUEST_STREAMS)
		room[taken->stream] += taken->bytes;
	else if (h->type == GUEST_SAY_SIZE && h->size == sizeof(struct guest_size))
		command_resize(&command, bytes);
	else if (h->type == GUEST_SAY_SIGNAL && h->size == sizeof(*number))
		kill(-command.pid, (int)*number);
}

static void
take_messages(void)
{
	struct guest_header h;
	const void *bytes;

	port_read();
	while ((bytes = port_next(&h)))
		take_message(&h, bytes);
}

/* Reap all that has ended; true with CMD's status if it is among them. */
static bool
reap(int *ret_status)
{
	bool ended = false;
	int pid, status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == command.pid) {
			*ret_status = status;
			ended = true;
		}
	return ended;
}

/*
 * What CMD has left in its pipes. Other programs that hold them open were killed, but one that
 * waits for a device has not ended yet, and may never.
 */
static void
drain(void)
{
	close(command.held);
	for (int s = GUEST_OUTPUT; s <= GUEST_ERROR; s++)
		while (command.fd[s] >= 0) {
			struct pollfd p = {.fd = command.fd[s], .events = POLLIN};

			if (!room[s])
				take_messages();
			else if (poll(&p, 1, DRAIN_MS) == 0 || !pass((enum guest_stream)s))
				command.fd[s] = -1;
		}
}

static void
serve_once(int signals)
{
	bool in = command.fd[GUEST_INPUT] >= 0 && input_len;
	struct pollfd p[] = {{.fd = port_fd(), .events = POLLIN},
	        {.fd = signals, .events = POLLIN},
	        {.fd = in ? command.fd[GUEST_INPUT] : -1, .events = POLLOUT},
	        {.fd = room[GUEST_OUTPUT] ? command.fd[GUEST_OUTPUT] : -1, .events = POLLIN},
	        {.fd = room[GUEST_ERROR] ? command.fd[GUEST_ERROR] : -1, .events = POLLIN}};
	struct signalfd_siginfo info;

	poll(p, 5, -1);
	if (p[0].revents & POLLIN)
		take_messages();
	if (p[1].revents && read(signals, &info, sizeof(info)) < 0)
		return;
	if (p[2].revents)
		write_input();
	if (input_ends && !input_len)
		close_input();
	for (int s = GUEST_OUTPUT; s <= GUEST_ERROR; s++)
		if (p[2 + s].revents && !pass((enum guest_stream)s))
			command.fd[s] = -1;
}

static int
listen_to_children(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die("signalfd", NULL);
	return fd;
}

static void
set_clock(const void *bytes)
{
	struct guest_time t;
	struct timespec now;

	memcpy(&t, bytes, sizeof(t));
	now = (struct timespec){.tv_sec = (time_t)t.seconds, .tv_nsec = (long)t.nanoseconds};
	/* A host whose clock is near 1970 has a time that Linux does not take: its own stays.
	 */
	(void)clock_settime(CLOCK_REALTIME, &now);
}

static const void *
wait_for_message(struct guest_header *ret_header)
{
	const void *bytes;

	while (!(bytes = port_next(ret_header)))
		port_read();
	return bytes;
}

static struct request
wait_for_request(void)
{
	struct guest_header h;
	const void *bytes = wait_for_message(&h);

	if (h.type == GUEST_SAY_TIME && h.size == sizeof(struct guest_time)) {
		set_clock(bytes);
		bytes = wait_for_message(&h);
	}
	if (h.type != GUEST_SAY_START) {
		errno = EPROTO;
		die("START", NULL);
	}
	return port_request(bytes, h.size);
}

int
main(void)
{
	const uint32_t version = GUEST_VERSION;
	struct request request;
	int signals, status = 0;
	uint32_t said;

	setup_first();
	port_open();
	signals = listen_to_children();
	port_say(GUEST_SAY_READY, &version, sizeof(version));
	request = wait_for_request();
	setup_root(&request);
	command = command_start(&request);
	port_say(GUEST_SAY_RUNS, NULL, 0);
	while (!reap(&status))
		serve_once(signals);
	kill(-1, SIGKILL);
	drain();
	sync();
	said = (uint32_t)status;
	port_say(GUEST_SAY_ENDED, &said, sizeof(said));
	for (;;) /* what is on its way to the host would be lost if the machine ended here */
		pause();
}
