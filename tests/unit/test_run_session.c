/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's side of a command in the guest, against a guest that the test plays: the way from
 * READY to ENDED, windows, statuses, and each thing that a guest may not say.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/run/command/session.h"

static struct session s;
static const uint8_t start[] = {GUEST_SAY_START, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c'};

/* A message of the guest, in pieces of `piece` bytes. */
static void
say_in_pieces(uint32_t type, const void *bytes, uint32_t size, size_t piece)
{
	static uint8_t whole[sizeof(struct guest_header) + GUEST_MOST];
	struct guest_header h = {type, size};
	size_t len = sizeof(h) + size;

	memcpy(whole, &h, sizeof(h));
	if (size)
		memcpy(whole + sizeof(h), bytes, size);
	for (size_t at = 0; at < len; at += piece)
		session_take(&s, whole + at, piece < len - at ? piece : len - at);
}

static void
say(uint32_t type, const void *bytes, uint32_t size)
{
	say_in_pieces(type, bytes, size, SIZE_MAX);
}

static void
say_number(uint32_t type, uint32_t number)
{
	say(type, &number, sizeof(number));
}

static void
say_data(uint32_t stream, const void *bytes, uint32_t len)
{
	static uint8_t data[GUEST_MOST];

	memcpy(data, &stream, sizeof(stream));
	if (len)
		memcpy(data + sizeof(stream), bytes, len);
	say(GUEST_SAY_DATA, data, (uint32_t)sizeof(stream) + len);
}

static void
say_taken(uint32_t stream, uint32_t bytes)
{
	struct guest_taken t = {stream, bytes};

	say(GUEST_SAY_TAKEN, &t, sizeof(t));
}

/* The host's next message has this type and these bytes. */
static void
hears(uint32_t type, const void *bytes, uint32_t size)
{
	struct span sends = session_sends(&s);
	struct guest_header h;

	assert_true(sends.size >= sizeof(h));
	memcpy(&h, sends.base, sizeof(h));
	assert_int_equal(h.type, type);
	assert_int_equal(h.size, size);
	assert_int_equal(sends.size, sizeof(h) + size);
	if (size)
		assert_memory_equal(sends.base + sizeof(h), bytes, size);
	session_sent(&s, sends.size);
}

static void
hears_nothing(void)
{
	assert_int_equal(session_sends(&s).size, 0);
}

/* The host's next message is the time: not before `since`, not after now. */
static void
hears_time(time_t since)
{
	struct span sends = session_sends(&s);
	struct timespec now; /* time(2) may be behind it by a tick */
	struct guest_time t;

	clock_gettime(CLOCK_REALTIME, &now);
	memcpy(&t, sends.base + sizeof(struct guest_header), sizeof(t));
	hears(GUEST_SAY_TIME, &t, sizeof(t));
	assert_in_range(t.seconds, since, now.tv_sec);
	assert_true(t.nanoseconds < 1000000000);
}

/* A session whose CMD runs. */
static void
run(void)
{
	time_t since = time(NULL);

	session_init(&s, (struct span){start, sizeof(start)});
	say_number(GUEST_SAY_READY, GUEST_VERSION);
	hears_time(since);
	hears(GUEST_SAY_START, "abc", 3);
	say(GUEST_SAY_RUNS, NULL, 0);
	assert_int_equal(s.state, SESSION_RUNS);
}

static void
from_ready_to_ended(void **state)
{
	time_t since = time(NULL);

	(void)state;
	session_init(&s, (struct span){start, sizeof(start)});
	hears_nothing();
	assert_int_equal(session_wants(&s), 0);
	assert_false(session_signal(&s, 15));
	say_number(GUEST_SAY_READY, GUEST_VERSION);
	hears_time(since);
	session_sends(&s);
	session_sent(&s, 2); /* START goes in two pieces */
	session_sends(&s);
	session_sent(&s, sizeof(start) - 2);
	hears_nothing();
	say(GUEST_SAY_RUNS, NULL, 0);
	say_data(GUEST_OUTPUT, "out", 3);
	say_data(GUEST_ERROR, "error", 5);
	say_number(GUEST_SAY_ENDED, 3 << 8);
	hears_nothing();
	assert_int_equal(session_output(&s, GUEST_OUTPUT).size, 3);
	assert_memory_equal(session_output(&s, GUEST_OUTPUT).base, "out", 3);
	session_written(&s, GUEST_OUTPUT, 3);
	session_written(&s, GUEST_ERROR, 2);
	assert_memory_equal(session_output(&s, GUEST_ERROR).base, "ror", 3);
	session_written(&s, GUEST_ERROR, 3);
	assert_int_equal(session_status(&s), 3);
	hears_nothing();
}

static void
messages_come_in_any_pieces(void **state)
{
	const uint32_t version = GUEST_VERSION;
	uint8_t data[sizeof(uint32_t) + 300];
	time_t since = time(NULL);

	(void)state;
	for (size_t piece = 1; piece < 20; piece++) {
		session_init(&s, (struct span){start, sizeof(start)});
		say_in_pieces(GUEST_SAY_READY, &version, sizeof(version), piece);
		hears_time(since);
		hears(GUEST_SAY_START, "abc", 3);
		say_in_pieces(GUEST_SAY_RUNS, NULL, 0, piece);
		memset(data, 'x', sizeof(data));
		memcpy(data, &(uint32_t){GUEST_OUTPUT}, sizeof(uint32_t));
		say_in_pieces(GUEST_SAY_DATA, data, sizeof(data), piece);
		assert_int_equal(s.state, SESSION_RUNS);
		assert_int_equal(session_output(&s, GUEST_OUTPUT).size, 300);
	}
}

static void
input_goes_up_to_the_window(void **state)
{
	static uint8_t bytes[SESSION_CHUNK];
	uint8_t wanted[sizeof(uint32_t) + 2] = {GUEST_INPUT, 0, 0, 0, 'h', 'i'};
	size_t sent = 0, n;

	(void)state;
	run();
	assert_int_equal(session_wants(&s), SESSION_CHUNK);
	session_input(&s, "hi", 2);
	assert_int_equal(session_wants(&s), 0); /* as long as that is not sent */
	hears(GUEST_SAY_DATA, wanted, sizeof(wanted));
	while ((n = session_wants(&s))) {
		session_input(&s, bytes, n);
		session_sent(&s, session_sends(&s).size);
		sent += n;
	}
	assert_int_equal(sent, GUEST_WINDOW - 2);
	say_taken(GUEST_INPUT, 5);
	assert_int_equal(session_wants(&s), 5);
	session_input_end(&s);
	assert_int_equal(session_wants(&s), 0);
	hears(GUEST_SAY_DATA, wanted, sizeof(uint32_t));
	hears_nothing();
}

/* The ring is gone around more than once, in steps that do not divide it. */
static void
output_goes_around_its_window(void **state)
{
	static uint8_t bytes[50000];
	uint64_t given = 0, out = 0, taken = 0;

	(void)state;
	run();
	while (given < 5 * GUEST_WINDOW) {
		struct span o;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)((given + i) % 251);
		say_data(GUEST_ERROR, bytes, sizeof(bytes));
		given += sizeof(bytes);
		while ((o = session_output(&s, GUEST_ERROR)).size) {
			for (size_t i = 0; i < o.size; i++)
				assert_int_equal(o.base[i], (out + i) % 251);
			out += o.size;
			session_written(&s, GUEST_ERROR, o.size);
		}
		if (session_sends(&s).size) {
			struct guest_taken t;

			memcpy(&t, session_sends(&s).base + sizeof(struct guest_header), 8);
			assert_int_equal(t.stream, GUEST_ERROR);
			taken += t.bytes;
			session_sent(&s, session_sends(&s).size);
		}
		assert_int_equal(s.state, SESSION_RUNS);
	}
	assert_int_equal(out, given);
	assert_true(given - taken < GUEST_WINDOW / 2);
}

static void
input_has_its_turn_beside_output(void **state)
{
	(void)state;
	run();
	say_data(GUEST_OUTPUT, "x", 1);
	session_written(&s, GUEST_OUTPUT, 1);
	hears_nothing();
	assert_true(session_wants(&s) > 0);
}

static void
signals_and_sizes_are_told(void **state)
{
	const struct guest_size size = {50, 132};
	const uint32_t hup = 1, term = 15;

	(void)state;
	run();
	session_resize(&s, 24, 80);
	session_resize(&s, 50, 132);
	assert_true(session_signal(&s, 15));
	assert_true(session_signal(&s, 1));
	assert_false(session_signal(&s, 15)); /* told once, not yet sent */
	assert_int_equal(session_wants(&s), 0);
	hears(GUEST_SAY_SIGNAL, &hup, sizeof(hup));
	hears(GUEST_SAY_SIGNAL, &term, sizeof(term));
	hears(GUEST_SAY_SIZE, &size, sizeof(size));
	hears_nothing();
	assert_false(session_signal(&s, 0));
	assert_false(session_signal(&s, 64));
}

static int
status_of(uint32_t error, uint32_t status)
{
	session_init(&s, (struct span){start, sizeof(start)});
	say_number(GUEST_SAY_READY, GUEST_VERSION);
	if (error)
		say_number(GUEST_SAY_CANNOT, error);
	say(GUEST_SAY_RUNS, NULL, 0);
	say_number(GUEST_SAY_ENDED, status);
	assert_int_equal(s.state, SESSION_ENDED);
	return session_status(&s);
}

static void
statuses_are_those_of_a_shell(void **state)
{
	(void)state;
	assert_int_equal(status_of(0, 0), 0);
	assert_int_equal(status_of(0, 255 << 8), 255);
	assert_int_equal(status_of(0, 9), 128 + 9);
	assert_int_equal(status_of(0, 0x80 | 11), 128 + 11); /* with a core file */
	assert_int_equal(status_of(ENOENT, 127 << 8), 127);
	assert_int_equal(status_of(ELIBACC, 127 << 8), 127);
	assert_int_equal(status_of(EACCES, 127 << 8), 126);
	assert_int_equal(status_of(ENOEXEC, 127 << 8), 126);
}

static void
failed(const char *why)
{
	assert_int_equal(s.state, SESSION_FAILED);
	assert_string_equal(s.why, why);
	hears_nothing();
	/* What comes behind it changes nothing. */
	say_number(GUEST_SAY_READY, GUEST_VERSION);
	assert_string_equal(s.why, why);
}

static void
what_init_could_not_do_is_said(void **state)
{
	struct guest_failed f = {ENODEV, "the port \033[2J"};

	(void)state;
	session_init(&s, (struct span){start, sizeof(start)});
	say(GUEST_SAY_FAILED, &f, sizeof(f));
	failed("the guest cannot make a place for the command: the port ?[2J: No such device");
	run();
	memset(f.what, 'w', sizeof(f.what)); /* no NUL */
	say(GUEST_SAY_FAILED, &f, sizeof(f));
	assert_int_equal(s.state, SESSION_FAILED);
	assert_non_null(strstr(s.why, "www: No such device"));
}

static void
wrong_headers_end_the_session(void **state)
{
	struct guest_header h = {GUEST_SAY_DATA, GUEST_MOST + 1};

	(void)state;
	session_init(&s, (struct span){start, sizeof(start)});
	say_number(GUEST_SAY_READY, GUEST_VERSION + 1);
	failed("the guest's init has version 5 of the protocol, wanted 4");
	run();
	session_take(&s, &h, sizeof(h));
	failed("the guest's init sent a message of 65537 bytes, at most 65536 are allowed");
	run();
	h = (struct guest_header){99, 0xffffffff};
	session_take(&s, &h, sizeof(h));
	failed("the guest's init sent a message of type 99");
	run();
	say_number(GUEST_SAY_START, 0);
	failed("the guest's init sent a message of type 1");
	run();
	say(GUEST_SAY_ENDED, "12345", 5);
	failed("the guest's init sent 5 bytes in a message of type 20, wanted 4");
}

static void
messages_have_their_time(void **state)
{
	(void)state;
	session_init(&s, (struct span){start, sizeof(start)});
	say(GUEST_SAY_RUNS, NULL, 0);
	failed("the guest's init sent a message of type 17 at the wrong time");
	session_init(&s, (struct span){start, sizeof(start)});
	say_data(GUEST_OUTPUT, "x", 1);
	failed("the guest's init sent a message of type 32 at the wrong time");
	run();
	say_number(GUEST_SAY_READY, GUEST_VERSION);
	failed("the guest's init sent a message of type 16 at the wrong time");
	run();
	say_number(GUEST_SAY_ENDED, 0);
	say_data(GUEST_OUTPUT, "x", 1);
	failed("the guest's init sent a message of type 32 at the wrong time");
}

static void
wrong_data_ends_the_session(void **state)
{
	static uint8_t bytes[GUEST_MOST - sizeof(uint32_t)];
	uint32_t left = GUEST_WINDOW;

	(void)state;
	run();
	say(GUEST_SAY_DATA, "123", 3);
	failed("the guest's init sent data without its stream");
	run();
	say_data(GUEST_INPUT, "x", 1);
	failed("the guest's init sent data of stream 0");
	run();
	say_data(GUEST_STREAMS, "x", 1);
	failed("the guest's init sent data of stream 3");
	run();
	for (; left > sizeof(bytes); left -= sizeof(bytes))
		say_data(GUEST_OUTPUT, bytes, sizeof(bytes));
	say_data(GUEST_OUTPUT, bytes, left);
	assert_int_equal(s.state, SESSION_RUNS);
	say_data(GUEST_OUTPUT, "x", 1);
	failed("the guest's init sent 1 bytes of stream 1, 0 are allowed");
	run();
	say_data(GUEST_OUTPUT, NULL, 0);
	assert_int_equal(s.state, SESSION_RUNS);
	say_data(GUEST_OUTPUT, NULL, 0);
	failed("the guest's init sent 0 bytes of stream 1, 0 are allowed");
}

static void
wrong_numbers_end_the_session(void **state)
{
	(void)state;
	run();
	say_taken(GUEST_INPUT, 1);
	failed("the guest's init took 1 bytes of stream 0, it was sent 0");
	run();
	session_input(&s, "abc", 3);
	say_taken(GUEST_INPUT, 0xffffffff);
	failed("the guest's init took 4294967295 bytes of stream 0, it was sent 3");
	run();
	say_taken(GUEST_OUTPUT, 0);
	failed("the guest's init took 0 bytes of stream 1, it was sent 0");
	run();
	say_number(GUEST_SAY_ENDED, 0x137f); /* stopped */
	failed("the guest's init gave 0x137f for the command's status");
	run();
	say_number(GUEST_SAY_ENDED, 0x10000);
	failed("the guest's init gave 0x10000 for the command's status");
	run();
	say_number(GUEST_SAY_ENDED, 0x80);
	failed("the guest's init gave 0x80 for the command's status");
}

/* Whatever comes, no more is kept than there is room for; sanitizers look. */
static void
noise_is_survived(void **state)
{
	uint8_t bytes[64];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		if (i % 20 == 0 || s.state == SESSION_FAILED)
			run();
		memset(bytes, 0, sizeof(bytes));
		bytes[0] = (uint8_t)(random_below(2) ? 32 + random_below(2) : random_below(34));
		bytes[4] = (uint8_t)(random_below(2) ? 8 : random_below(40));
		for (size_t n = 8; n < sizeof(bytes); n += 4)
			bytes[n] = (uint8_t)random_below(3);
		session_take(&s, bytes, random_below(sizeof(bytes)));
		for (uint32_t n = GUEST_OUTPUT; n <= GUEST_ERROR; n++) {
			struct span o = session_output(&s, (enum guest_stream)n);

			session_written(
			        &s, (enum guest_stream)n, random_below((uint32_t)o.size + 1));
		}
		session_sent(&s, random_below((uint32_t)session_sends(&s).size + 1));
		assert_true(s.window <= GUEST_WINDOW);
		assert_true(s.in_len <= sizeof(s.in));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(from_ready_to_ended),
	        cmocka_unit_test(messages_come_in_any_pieces),
	        cmocka_unit_test(input_goes_up_to_the_window),
	        cmocka_unit_test(output_goes_around_its_window),
	        cmocka_unit_test(input_has_its_turn_beside_output),
	        cmocka_unit_test(signals_and_sizes_are_told),
	        cmocka_unit_test(statuses_are_those_of_a_shell),
	        cmocka_unit_test(what_init_could_not_do_is_said),
	        cmocka_unit_test(wrong_headers_end_the_session),
	        cmocka_unit_test(messages_have_their_time),
	        cmocka_unit_test(wrong_data_ends_the_session),
	        cmocka_unit_test(wrong_numbers_end_the_session),
	        cmocka_unit_test(noise_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
