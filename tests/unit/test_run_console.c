/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-console of `kshim run` with MULTIPORT: control messages, and bytes between its queues
 * and the host's sockets.
 */
#include "tests/unit/console_bench.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define F_SIZE      1ull
#define F_MULTIPORT 2ull

enum event {
	DEVICE_READY,
	DEVICE_ADD,
	PORT_READY = 3,
	CONSOLE_PORT,
	RESIZE,
	PORT_OPEN,
	PORT_NAME
};

static int peer[2]; /* the other ends of the ports' sockets */

/* A console with a size, and a port with a name. */
static int
set_up(void **state)
{
	struct console_port_spec spec[2] = {
	        {.is_console = true, .cols = 80, .rows = 25}, {.name = "org.kshim.test"}};

	(void)state;
	for (int i = 0; i < 2; i++) {
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
		own[i] = spec[i].in = spec[i].out = pair[0];
		peer[i] = pair[1];
	}
	plug(spec, 2);
	start(d->offered);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unplug();
	for (int i = 0; i < 2; i++) {
		close(own[i]);
		close(peer[i]);
	}
	return 0;
}

static void
open_port(unsigned port)
{
	for (unsigned n = 0; n < SIZE; n++)
		offer(2, n, 256, true);
	control(UINT32_MAX, DEVICE_READY, 1);
	control(port, PORT_READY, 1);
	control(port, PORT_OPEN, 1);
}

/* ---- control messages ---- */

static void
it_is_what_it_says(void **state)
{
	static const uint8_t config[] = {80, 0, 25, 0, 2, 0, 0, 0, 0, 0, 0, 0};

	(void)state;
	assert_int_equal(d->type, VIRTIO_CONSOLE);
	assert_int_equal(d->queues, 6);
	assert_int_equal(d->config_len, sizeof(config));
	assert_memory_equal(d->config, config, sizeof(config));
	assert_int_equal(d->offered & 7, F_SIZE | F_MULTIPORT);
}

static void
ports_are_told_in_order(void **state)
{
	static const uint8_t size[] = {80, 0, 25, 0};

	(void)state;
	offer(2, 0, 256, true);
	control(UINT32_MAX, DEVICE_READY, 1);
	assert_told(0, 0, DEVICE_ADD, 1, "", 0);
	assert_int_equal(used(2)->idx, 1); /* no buffer for the other */
	for (unsigned n = 1; n < 4; n++)
		offer(2, n, 256, true);
	control(0, PORT_READY, 1);
	assert_told(1, 0, CONSOLE_PORT, 1, "", 0);
	assert_told(2, 0, RESIZE, 1, size, 4);
	assert_told(3, 0, PORT_OPEN, 1, "", 0);
	control(1, PORT_READY, 1);
	for (unsigned n = 4; n < 7; n++)
		offer(2, n, 256, true);
	notify(2);
	assert_told(4, 1, DEVICE_ADD, 1, "", 0);
	assert_told(5, 1, PORT_NAME, 1, "org.kshim.test", 14);
	assert_told(6, 1, PORT_OPEN, 1, "", 0);
	offer(2, 7, 256, true);
	notify(2);
	assert_int_equal(used(2)->idx, 7);
	assert_int_equal(used(3)->idx, 3);
}

static void
a_driver_that_failed_is_told_nothing(void **state)
{
	(void)state;
	offer(2, 0, 256, true);
	control(UINT32_MAX, DEVICE_READY, 0);
	control(0, PORT_READY, 0);
	assert_int_equal(used(2)->idx, 0);
	assert_true(virtio_runs(d));
}

static void
assert_stops(void)
{
	assert_false(virtio_runs(d));
	assert_true(d->status & VIRTIO_NEEDS_RESET);
	stop();
	start(d->offered);
}

static void
bad_control_messages_stop_it(void **state)
{
	static const uint16_t not_of_a_driver[] = {1, 2, 4, 5, 7, 8, 0xffff};

	(void)state;
	for (size_t i = 0; i < sizeof(not_of_a_driver) / sizeof(not_of_a_driver[0]); i++) {
		control(0, not_of_a_driver[i], 1);
		assert_stops();
	}
	control(1, PORT_OPEN, 1); /* the last that there is */
	assert_true(virtio_runs(d));
	control(2, PORT_OPEN, 1);
	assert_stops();
	control(UINT32_MAX, PORT_READY, 1);
	assert_stops();
	offer(3, 0, 7, false);
	notify(3);
	assert_stops();
	offer(3, 1, 8, true);
	notify(3);
	assert_stops();
	offer(3, 1, 8, true);
	avail(3)->idx = 0; /* only behind the other */
	offer(3, 0, 8, false);
	desc(3, 0)->flags = 1;
	desc(3, 0)->next = 1;
	notify(3);
	assert_stops();
}

static void
a_buffer_for_a_message_has_its_length(void **state)
{
	(void)state;
	offer(2, 0, 8, true);
	control(UINT32_MAX, DEVICE_READY, 1);
	assert_told(0, 0, DEVICE_ADD, 1, "", 0);
	offer(2, 1, 7, true);
	notify(2);
	assert_stops();
	offer(2, 0, 8, false);
	control(UINT32_MAX, DEVICE_READY, 1);
	assert_stops();
}

static void
another_size_is_told(void **state)
{
	static const uint8_t size[] = {132, 0, 43, 0};

	(void)state;
	open_port(0);
	console_resize(d, 0, 132, 43);
	assert_told(5, 0, RESIZE, 1, size, 4);
	assert_memory_equal(d->config, size, 4);
	console_resize(d, 1, 132, 43); /* no console */
	assert_int_equal(used(2)->idx, 6);
}

/* ---- bytes ---- */

static void
bytes_wait_for_the_guest(void **state)
{
	size_t sent;

	(void)state;
	assert_int_equal(write(peer[1], "hello, world", 12), 12);
	offer(4, 0, 5, true);
	notify(4);
	assert_int_equal(wanted(1), 0); /* not open */
	assert_false(console_send(d, 1, (const uint8_t *)"x", 1, &sent));
	assert_int_equal(used(4)->idx, 0);
	open_port(1);
	assert_int_equal(wanted(1), POLLIN);
	serve(1);
	assert_int_equal(used(4)->ring[0].len, 5);
	assert_memory_equal(buffer(4, 0), "hello", 5);
	assert_int_equal(wanted(1), 0); /* no buffer */
	offer(4, 1, 100, true);
	notify(4);
	assert_int_equal(used(4)->ring[1].len, 7);
	assert_memory_equal(buffer(4, 1), ", world", 7);
	offer(4, 2, 100, true);
	notify(4);
	assert_int_equal(used(4)->idx, 2);
	assert_int_equal(wanted(1), POLLIN);
	control(1, PORT_OPEN, 0);
	assert_int_equal(wanted(1), 0);
}

static void
bytes_wait_for_the_host(void **state)
{
	uint8_t sent[BUFFER], got[BUFFER];
	uint64_t chains = 0, total = 0;

	(void)state;
	open_port(1);
	while (wanted(1) != POLLOUT) { /* until its socket is full */
		memset(sent, (int)chains, sizeof(sent));
		offer_bytes(5, chains % SIZE, sent, sizeof(sent));
		notify(5);
		chains++;
		assert_true(chains < 10000);
	}
	assert_int_equal(used(5)->idx, (uint16_t)(chains - 1));
	while (total < chains * sizeof(sent)) {
		size_t off = total % sizeof(sent);
		ssize_t n = read(peer[1], got, sizeof(got) - off);

		assert_true(n > 0);
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(got[i], (uint8_t)(total / sizeof(sent)));
		total += (uint64_t)n;
		serve(1);
	}
	assert_int_equal(used(5)->idx, (uint16_t)chains);
	assert_int_equal(wanted(1), 0);
}

static void
a_host_that_leaves_is_told_once(void **state)
{
	(void)state;
	open_port(1);
	offer(4, 0, 5, true);
	notify(4);
	close(peer[1]);
	serve(1);
	assert_told(4, 1, PORT_OPEN, 0, "", 0);
	assert_int_equal(wanted(1), 0);
	assert_int_equal(used(4)->idx, 0);
	for (unsigned n = 0; n < 3; n++) {
		offer_bytes(5, n, "lost", 4);
		notify(5);
	}
	assert_int_equal(used(5)->idx, 3);
	assert_int_equal(used(2)->idx, 5);
	assert_int_equal(wanted(1), 0);
	assert_true(virtio_runs(d));
	peer[1] = dup(peer[0]);
}

static void
a_reset_forgets_what_is_held(void **state)
{
	static uint8_t bytes[BUFFER];

	(void)state;
	open_port(1);
	for (unsigned n = 0; wanted(1) != POLLOUT; n++) {
		offer_bytes(5, n % SIZE, bytes, sizeof(bytes));
		notify(5);
	}
	stop();
	assert_int_equal(wanted(1), 0);
	start(d->offered);
	while (read(peer[1], bytes, sizeof(bytes)) > 0)
		;
	serve(1);
	assert_int_equal(used(5)->idx, 0);
	offer_bytes(5, 0, "new", 3);
	notify(5);
	assert_int_equal(used(5)->idx, 1);
	assert_int_equal(read(peer[1], bytes, sizeof(bytes)), 3);
	assert_memory_equal(bytes, "new", 3);
}

static void
what_was_sent_comes_before_a_reset(void **state)
{
	uint8_t bytes[8];

	(void)state;
	open_port(1);
	offer_bytes(5, 0, "last", 4); /* not notified */
	stop();
	assert_int_equal(read(peer[1], bytes, sizeof(bytes)), 4);
}

static void
bad_chains_of_bytes_stop_it(void **state)
{
	(void)state;
	open_port(1);
	offer(5, 0, 4, true);
	notify(5);
	assert_stops();
	open_port(1);
	offer(4, 0, 4, false);
	notify(4);
	assert_stops();
	open_port(1);
	avail(5)->idx = SIZE + 1;
	notify(5);
	assert_stops();
	assert_int_equal(wanted(1), 0);
}

static void
a_port_may_have_two_descriptors(void **state)
{
	static uint8_t bytes[BUFFER];
	int in[2], out[2];
	struct console_port_spec spec = {.name = "pipes"};

	(void)state;
	assert_int_equal(pipe2(in, O_NONBLOCK), 0);
	assert_int_equal(pipe2(out, O_NONBLOCK), 0);
	own[0] = spec.in = in[0];
	own[1] = spec.out = out[1];
	plug(&spec, 1);
	start(d->offered);
	open_port(0);
	offer(0, 0, 8, true);
	notify(0);
	assert_int_equal(wanted(0), POLLIN);
	for (unsigned n = 0; wanted(1) != POLLOUT; n++) {
		offer_bytes(1, n % SIZE, bytes, sizeof(bytes));
		notify(1);
	}
	assert_int_equal(wanted(0), POLLIN);
	close(in[1]);
	serve(0);
	assert_told(3, 0, PORT_OPEN, 0, "", 0);
	assert_int_equal(wanted(0), 0);
	assert_int_equal(wanted(1), POLLOUT); /* what is sent still arrives */
	while (read(out[0], bytes, sizeof(bytes)) > 0)
		serve(1);
	assert_int_equal(used(1)->idx, avail(1)->idx);
	unplug();
	close(in[0]);
	close(out[0]);
	close(out[1]);
}

static void
a_port_may_have_none(void **state)
{
	struct console_port_spec spec = {.name = "none", .in = -1, .out = -1};

	(void)state;
	plug(&spec, 1);
	start(d->offered);
	offer_bytes(1, 0, "lost", 4);
	notify(1);
	assert_int_equal(used(1)->idx, 1);
	unplug();
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(it_is_what_it_says),
	        TEST(ports_are_told_in_order),
	        TEST(a_driver_that_failed_is_told_nothing),
	        TEST(bad_control_messages_stop_it),
	        TEST(a_buffer_for_a_message_has_its_length),
	        TEST(another_size_is_told),
	        TEST(bytes_wait_for_the_guest),
	        TEST(bytes_wait_for_the_host),
	        TEST(a_host_that_leaves_is_told_once),
	        TEST(a_reset_forgets_what_is_held),
	        TEST(what_was_sent_comes_before_a_reset),
	        TEST(bad_chains_of_bytes_stop_it),
	        cmocka_unit_test(a_port_may_have_two_descriptors),
	        cmocka_unit_test(a_port_may_have_none),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
