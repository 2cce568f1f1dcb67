/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command's session on its descriptors: the test is the guest at the other end of the port,
 * and whoever gives and reads CMD's streams, by pipes.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/run/clock.h"
#include "tools/run/command/serve.h"

static struct serve s;
static int guest;               /* its end of the port */
static int give, out[3];        /* ends of CMD's streams: write to it, read of it */
static int ours[GUEST_STREAMS]; /* those that the session has */
static const uint8_t start[] = {GUEST_SAY_START, 0, 0, 0, 1, 0, 0, 0, 'a'};

static void
make_pipe(int *ret_read, int *ret_write)
{
	int fd[2];

	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	*ret_read = fd[0];
	*ret_write = fd[1];
}

static int
begin(void **state)
{
	int port[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, port), 0);
	guest = port[1];
	make_pipe(&ours[GUEST_INPUT], &give);
	make_pipe(&out[GUEST_OUTPUT], &ours[GUEST_OUTPUT]);
	make_pipe(&out[GUEST_ERROR], &ours[GUEST_ERROR]);
	assert_true(serve_init(&s, (struct span){start, sizeof(start)}, port[0], ours));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	for (int i = 0; i < GUEST_STREAMS; i++)
		close(ours[i]);
	close(give);
	close(out[GUEST_OUTPUT]);
	close(out[GUEST_ERROR]);
	close(guest);
	close(s.port);
	close(s.wake);
	return 0;
}

/* All that is possible without waiting. */
static void
serve_all(void)
{
	struct pollfd fds[SERVE_FDS];

	serve_wants(&s, fds);
	while (poll(fds, SERVE_FDS, 0) > 0) {
		serve_ready(&s, fds);
		serve_wants(&s, fds);
	}
}

static void
say(uint32_t type, const void *bytes, uint32_t size)
{
	struct guest_header h = {type, size};

	assert_int_equal(write(guest, &h, sizeof(h)), sizeof(h));
	if (size)
		assert_int_equal(write(guest, bytes, size), size);
	serve_all();
}

static void
say_number(uint32_t type, uint32_t number)
{
	say(type, &number, sizeof(number));
}

static void
say_data(uint32_t stream, const void *bytes, uint32_t len)
{
	uint8_t data[sizeof(stream) + 16384];

	memcpy(data, &stream, sizeof(stream));
	memcpy(data + sizeof(stream), bytes, len);
	say(GUEST_SAY_DATA, data, (uint32_t)sizeof(stream) + len);
}

/* The next message that came to the guest; its size, its bytes. */
static uint32_t
heard(uint32_t type, void *ret_bytes)
{
	struct guest_header h;

	serve_all();
	assert_int_equal(read(guest, &h, sizeof(h)), sizeof(h));
	assert_int_equal(h.type, type);
	if (h.size)
		assert_int_equal(read(guest, ret_bytes, h.size), h.size);
	return h.size;
}

static void
heard_number(uint32_t type, uint32_t wanted)
{
	uint32_t number;

	assert_int_equal(heard(type, &number), sizeof(number));
	assert_int_equal(number, wanted);
}

static void
run(void)
{
	struct guest_time t;
	uint8_t byte;

	say_number(GUEST_SAY_READY, GUEST_VERSION);
	assert_int_equal(heard(GUEST_SAY_TIME, &t), sizeof(t));
	assert_int_equal(heard(GUEST_SAY_START, &byte), 1);
	say(GUEST_SAY_RUNS, NULL, 0);
}

static void
came_out(enum guest_stream stream, const char *text)
{
	char bytes[64];

	assert_int_equal(read(out[stream], bytes, sizeof(bytes)), strlen(text));
	assert_memory_equal(bytes, text, strlen(text));
}

static void
streams_go_through(void **state)
{
	uint8_t bytes[64];

	(void)state;
	assert_int_equal(write(give, "in", 2), 2);
	run();
	assert_int_equal(heard(GUEST_SAY_DATA, bytes), sizeof(uint32_t) + 2);
	assert_memory_equal(bytes + sizeof(uint32_t), "in", 2);
	say_data(GUEST_OUTPUT, "out", 3);
	say_data(GUEST_ERROR, "error", 5);
	came_out(GUEST_OUTPUT, "out");
	came_out(GUEST_ERROR, "error");
	close(give);
	give = -1;
	assert_int_equal(heard(GUEST_SAY_DATA, bytes), sizeof(uint32_t)); /* its end */
	say_number(GUEST_SAY_ENDED, 7 << 8);
	assert_int_equal(s.session.state, SESSION_ENDED);
	assert_false(serve_unwritten(&s));
	assert_int_equal(session_status(&s.session), 7);
}

/* More than a pipe holds, so that some waits for its reader. */
static void
fill_output(void)
{
	static uint8_t bytes[16384];

	for (size_t n = 0; n < GUEST_WINDOW; n += sizeof(bytes))
		say_data(GUEST_OUTPUT, bytes, sizeof(bytes));
	assert_true(serve_unwritten(&s));
}

/* A reader that does not read stops its own stream only. */
static void
streams_do_not_wait_for_each_other(void **state)
{
	static uint8_t bytes[16384];

	(void)state;
	run();
	fill_output();
	say_data(GUEST_ERROR, "error", 5);
	came_out(GUEST_ERROR, "error");
	serve_signal(&s, SIGTERM);
	while (read(guest, bytes, sizeof(struct guest_header)) > 0) {
		struct guest_header h;

		memcpy(&h, bytes, sizeof(h));
		assert_int_equal(read(guest, bytes, h.size), h.size);
	}
	serve_all();
	heard_number(GUEST_SAY_SIGNAL, SIGTERM);
}

static void
a_reader_that_goes_ends_the_command(void **state)
{
	(void)state;
	run();
	close(out[GUEST_OUTPUT]);
	out[GUEST_OUTPUT] = -1;
	say_data(GUEST_OUTPUT, "out", 3);
	heard_number(GUEST_SAY_SIGNAL, SIGPIPE);
	say_data(GUEST_OUTPUT, "more", 4);
	assert_int_equal(session_output(&s.session, GUEST_OUTPUT).size, 0);
	say_data(GUEST_ERROR, "error", 5);
	came_out(GUEST_ERROR, "error");
}

static void
signals_go_to_the_command(void **state)
{
	(void)state;
	run();
	for (int i = 0; i < 2; i++) {
		serve_signal(&s, SIGINT);
		heard_number(GUEST_SAY_SIGNAL, SIGINT);
		assert_int_equal(s.left, 0);
	}
	serve_signal(&s, SIGHUP);
	heard_number(GUEST_SAY_SIGNAL, SIGHUP);
	assert_int_equal(s.left, 0);
	serve_signal(&s, SIGINT);
	serve_all();
	assert_int_equal(s.left, SIGINT);
}

static void
a_signal_before_the_command_runs_ends_the_run(void **state)
{
	(void)state;
	serve_signal(&s, SIGTERM);
	serve_all();
	assert_int_equal(s.left, SIGTERM);
}

static void
keys_are_taken_up_to_the_window(void **state)
{
	static uint8_t bytes[2 * SESSION_CHUNK];

	(void)state;
	s.fd[GUEST_INPUT] = -1;
	assert_int_equal(serve_typed(&s, "x", 1), 0);
	run();
	assert_int_equal(serve_typed(&s, bytes, sizeof(bytes)), SESSION_CHUNK);
	assert_int_equal(serve_typed(&s, bytes, 1), 0);
	assert_int_equal(heard(GUEST_SAY_DATA, bytes), sizeof(uint32_t) + SESSION_CHUNK);
	assert_int_equal(serve_typed(&s, bytes, 1), 1);
}

/* What was on its way when the machine ended is not lost. */
static void
the_rest_is_written_at_the_end(void **state)
{
	const uint32_t stream = GUEST_ERROR;
	const struct guest_header h = {GUEST_SAY_DATA, sizeof(stream) + 4};

	(void)state;
	run();
	assert_int_equal(write(guest, &h, sizeof(h)), sizeof(h));
	assert_int_equal(write(guest, &stream, sizeof(stream)), sizeof(stream));
	assert_int_equal(write(guest, "last", 4), 4);
	serve_finish(&s, SERVE_FOR_EVER);
	came_out(GUEST_ERROR, "last");
	assert_false(s.gone);
}

static void
a_port_that_ends_is_seen(void **state)
{
	(void)state;
	run();
	shutdown(guest, SHUT_RDWR);
	serve_all();
	assert_true(s.gone);
	serve_finish(&s, SERVE_FOR_EVER);
}

static void
a_file_that_takes_no_more_is_noted(void **state)
{
	(void)state;
	run();
	close(ours[GUEST_OUTPUT]);
	ours[GUEST_OUTPUT] = s.fd[GUEST_OUTPUT] = open("/dev/full", O_WRONLY | O_CLOEXEC);
	say_data(GUEST_OUTPUT, "out", 3);
	heard_number(GUEST_SAY_SIGNAL, SIGPIPE);
	assert_int_equal(s.failed, ENOSPC);
	assert_string_equal(s.failed_at, "writing to standard output");
	close(out[GUEST_ERROR]);
	out[GUEST_ERROR] = -1;
	say_data(GUEST_ERROR, "error", 5);
	assert_int_equal(s.failed, ENOSPC);
}

/* Its reader has seen enough, as of `head`. */
static void
a_reader_that_goes_is_no_failure(void **state)
{
	(void)state;
	run();
	close(out[GUEST_ERROR]);
	out[GUEST_ERROR] = -1;
	say_data(GUEST_ERROR, "error", 5);
	assert_int_equal(s.fd[GUEST_ERROR], -1);
	assert_int_equal(s.failed, 0);
}

static void
an_input_that_cannot_be_read_is_noted(void **state)
{
	uint8_t bytes[8];

	(void)state;
	close(ours[GUEST_INPUT]);
	ours[GUEST_INPUT] = s.fd[GUEST_INPUT] = open("/", O_RDONLY | O_CLOEXEC);
	run();
	assert_int_equal(heard(GUEST_SAY_DATA, bytes), sizeof(uint32_t)); /* its end */
	assert_int_equal(s.failed, EISDIR);
	assert_string_equal(s.failed_at, "reading standard input");
}

static void
a_run_that_is_to_end_waits_for_no_reader(void **state)
{
	(void)state;
	run();
	fill_output();
	say_data(GUEST_ERROR, "error", 5);
	serve_finish(&s, SERVE_AT_ONCE);
	assert_true(serve_unwritten(&s));
	assert_false(s.late);
	came_out(GUEST_ERROR, "error");
}

/* CMD runs as far as the session knows, but its machine has ended. */
static void
the_first_signal_ends_the_wait_for_a_reader(void **state)
{
	(void)state;
	run();
	fill_output();
	serve_signal(&s, SIGTERM);
	serve_finish(&s, SERVE_FOR_EVER);
	assert_int_equal(s.left, SIGTERM);
	assert_true(serve_unwritten(&s));
}

static void
the_deadline_ends_the_wait_for_a_reader(void **state)
{
	uint64_t until = clock_ns() + 20000000;

	(void)state;
	run();
	fill_output();
	say_data(GUEST_ERROR, "error", 5);
	serve_finish(&s, until);
	assert_true(s.late && serve_unwritten(&s));
	assert_true(clock_ns() >= until);
	came_out(GUEST_ERROR, "error");
}

static void
a_signal_before_the_deadline_is_what_ended_it(void **state)
{
	(void)state;
	run();
	fill_output();
	serve_signal(&s, SIGTERM);
	serve_finish(&s, clock_ns() + 3600000000000u);
	assert_int_equal(s.left, SIGTERM);
	assert_false(s.late);
}

/* All was read: when that was does not matter. */
static void
output_that_was_read_is_not_late(void **state)
{
	(void)state;
	run();
	say_data(GUEST_ERROR, "error", 5);
	serve_finish(&s, clock_ns());
	assert_false(s.late);
	came_out(GUEST_ERROR, "error");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(streams_go_through),
	        TEST(streams_do_not_wait_for_each_other),
	        TEST(a_reader_that_goes_ends_the_command),
	        TEST(signals_go_to_the_command),
	        TEST(a_signal_before_the_command_runs_ends_the_run),
	        TEST(keys_are_taken_up_to_the_window),
	        TEST(the_rest_is_written_at_the_end),
	        TEST(a_port_that_ends_is_seen),
	        TEST(a_file_that_takes_no_more_is_noted),
	        TEST(a_reader_that_goes_is_no_failure),
	        TEST(an_input_that_cannot_be_read_is_noted),
	        TEST(a_run_that_is_to_end_waits_for_no_reader),
	        TEST(the_first_signal_ends_the_wait_for_a_reader),
	        TEST(the_deadline_ends_the_wait_for_a_reader),
	        TEST(a_signal_before_the_deadline_is_what_ended_it),
	        TEST(output_that_was_read_is_not_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
