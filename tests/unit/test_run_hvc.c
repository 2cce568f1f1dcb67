/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-console of `kshim run` as the terminal, without MULTIPORT: what may block is printed
 * by a thread of its own, what is typed goes to it or to the serial port.
 */
#include "tests/unit/console_bench.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#include "tools/run/devices.h"

static sem_t printing, goes_on;
static char printed[64];
static size_t printed_len;

static void
print(void *context, const uint8_t *bytes, size_t len)
{
	(void)context;
	sem_post(&printing);
	sem_wait(&goes_on);
	if (printed_len + len <= sizeof(printed))
		memcpy(printed + printed_len, bytes, len);
	printed_len += len;
}

static void *
run_thread(void *device)
{
	struct virtio_device *console = device;

	console->ops->thread(console);
	return NULL;
}

static const struct console_port_spec terminal = {
        .is_console = true, .in = -1, .out = -1, .print = print};

static pthread_t
start_thread(void)
{
	pthread_t thread;

	sem_init(&printing, 0, 0);
	sem_init(&goes_on, 0, 0);
	printed_len = 0;
	plug(&terminal, 1);
	assert_int_equal(d->threads, 1);
	start(d->offered);
	assert_int_equal(pthread_create(&thread, NULL, run_thread, d), 0);
	return thread;
}

static void
end_thread(pthread_t thread)
{
	atomic_store(&d->over, true);
	d->ops->wake(d);
	sem_post(&goes_on);
	pthread_join(thread, NULL);
	unplug();
}

static void
a_terminal_is_printed_to(void **state)
{
	pthread_t thread = start_thread();

	(void)state;
	assert_int_equal(d->queues, 2);
	assert_int_equal(d->offered & 3, 0);
	offer_bytes(1, 0, "abc", 3);
	notify(1);
	sem_wait(&printing);
	assert_int_equal(used(1)->idx, 0); /* not before it is printed */
	offer_bytes(1, 1, "def", 3);
	notify(1);
	sem_post(&goes_on);
	sem_wait(&printing);
	assert_int_equal(used(1)->idx, 1);
	end_thread(thread);
	assert_int_equal(printed_len, 6);
	assert_memory_equal(printed, "abcdef", 6);
}

/* Of the chain that is under way only what is being printed still comes. */
static void
reset_while_printing(uint32_t len, size_t comes)
{
	pthread_t thread = start_thread();

	offer(1, 0, len, false);
	notify(1);
	sem_wait(&printing);
	stop();
	start(d->offered);
	offer_bytes(1, 4, "x", 1);
	notify(1);
	sem_post(&goes_on);
	sem_wait(&printing); /* the other chain */
	assert_int_equal(used(1)->idx, 0);
	end_thread(thread);
	assert_int_equal(printed_len, comes + 1);
}

static void
a_reset_waits_for_no_reader(void **state)
{
	(void)state;
	reset_while_printing(3, 3);
	reset_while_printing(3 * 4096, 4096);
}

/* A guest that ends while it sends gigabytes does not keep the run. */
static void
the_end_comes(void **state)
{
	pthread_t thread = start_thread();

	(void)state;
	offer(1, 0, 5 * AREA, false);
	notify(1);
	sem_wait(&printing);
	atomic_store(&d->over, true);
	for (int i = 0; i < 100; i++)
		sem_post(&goes_on);
	end_thread(thread);
	assert_int_equal(printed_len, 65536);
	assert_int_equal(used(1)->idx, 0);
}

static void
what_is_typed_finds_room_or_not(void **state)
{
	size_t sent = 99;

	(void)state;
	plug(&terminal, 1);
	assert_false(console_send(d, 0, (const uint8_t *)"x", 1, &sent));
	assert_int_equal(sent, 0);
	start(d->offered);
	assert_true(console_send(d, 0, (const uint8_t *)"x", 1, &sent));
	assert_int_equal(sent, 0);
	offer(0, 0, 2, true);
	offer(0, 1, 2, true);
	assert_true(console_send(d, 0, (const uint8_t *)"abcde", 5, &sent));
	assert_int_equal(sent, 4);
	assert_memory_equal(buffer(0, 0), "ab", 2);
	assert_memory_equal(buffer(0, 1), "cd", 2);
	assert_int_equal(used(0)->ring[1].len, 2);
	offer(0, 2, 2, false);
	assert_true(console_send(d, 0, (const uint8_t *)"e", 1, &sent));
	assert_int_equal(sent, 0);
	assert_false(virtio_runs(d));
	unplug();
}

/* ---- beside the serial port ---- */

void
terminal_put(struct terminal *t, uint8_t byte)
{
	t->pending[t->sent++] = byte;
}

void
terminal_taken(struct terminal *t, size_t len)
{
	t->pending_len -= len;
	memmove(t->pending, t->pending + len, t->pending_len);
}

static bool
typed(void *console, const uint8_t *bytes, size_t len, size_t *ret_taken)
{
	return console_send(console, 0, bytes, len, ret_taken);
}

static void
it_takes_what_is_typed_when_it_runs(void **state)
{
	static struct terminal t;
	static struct devices devices;
	struct ending ending = {.wake = -1};

	(void)state;
	plug(&terminal, 1);
	devices_init(&devices, -1, &t, &ending, false);
	devices.typed = typed;
	devices.typed_context = d;
	memcpy(t.pending, "abcd", t.pending_len = 4);
	devices_feed(&devices);
	assert_int_equal(devices.uart.count, 4);
	start(d->offered);
	memcpy(t.pending, "efgh", t.pending_len = 4);
	devices_feed(&devices);
	assert_int_equal(t.pending_len, 4); /* no room yet */
	offer(0, 0, 3, true);
	devices_feed(&devices);
	assert_int_equal(t.pending_len, 1);
	assert_memory_equal(buffer(0, 0), "efg", 3);
	assert_int_equal(devices.uart.count, 4);
	stop();
	devices_feed(&devices);
	assert_int_equal(devices.uart.count, 5);
	devices_print(&devices, (const uint8_t *)"xyz", 3);
	assert_int_equal(t.sent, 3);
	assert_memory_equal(t.pending, "xyz", 3);
	unplug();
}

static void
ports_that_cannot_be(void **state)
{
	static char name[CONSOLE_NAME + 2];
	struct console_port_spec spec[CONSOLE_PORTS + 1];

	(void)state;
	for (int i = 0; i <= CONSOLE_PORTS; i++)
		spec[i] = (struct console_port_spec){
		        .name = i ? NULL : name, .in = -1, .out = -1};
	assert_null(console_make(spec, 0));
	assert_null(console_make(spec, 1)); /* no name is an empty one */
	memset(name, 'x', CONSOLE_NAME);
	plug(spec, CONSOLE_PORTS);
	unplug();
	assert_null(console_make(spec, CONSOLE_PORTS + 1));
	name[CONSOLE_NAME] = 'x';
	assert_null(console_make(spec, 1));
	assert_int_equal(errno, EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_terminal_is_printed_to),
	        cmocka_unit_test(the_end_comes),
	        cmocka_unit_test(a_reset_waits_for_no_reader),
	        cmocka_unit_test(what_is_typed_finds_room_or_not),
	        cmocka_unit_test(it_takes_what_is_typed_when_it_runs),
	        cmocka_unit_test(ports_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
