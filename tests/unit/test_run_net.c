/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-net of `kshim run`: frames from a tap device, which sockets of packets stand for, and
 * from a stream, into buffers of the guest and back.
 */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/run/virtio/net_frames.h"

#define RAM   0x40000u
#define SIZE  8
#define DATA  0x20000u
#define NEXT  1u
#define WRITE 2u
#define PART  256u /* bytes of each buffer */

static _Alignas(4096) uint8_t ram[RAM];
static const struct memory memory = {
        .file = -1, .slots = 1, .slot = {{.range = {0, RAM}, .host = ram}}};
static struct virtio_device device;
static struct wire wire;
static struct net_queues net;
static int host; /* the other end of the wire */
static uint8_t bytes[WIRE_HEADER + WIRE_FRAME + 16];

static struct virtq_desc *
desc(unsigned queue, uint32_t n)
{
	return (struct virtq_desc *)(void *)(ram + device.queue[queue].desc) + n;
}

static struct virtq_used *
used(unsigned queue)
{
	return (struct virtq_used *)(void *)(ram + device.queue[queue].device);
}

/* One descriptor, and the chain that begins with it if it is a `head`. */
static uint8_t *
offer(unsigned queue, uint16_t n, uint32_t len, uint16_t flags, bool head)
{
	struct virtq_avail *a =
	        (struct virtq_avail *)(void *)(ram + device.queue[queue].driver);
	uint64_t at = DATA + 0x10000 * queue + PART * n;

	*desc(queue, n) = (struct virtq_desc){at, len, flags, (uint16_t)(n + 1)};
	if (head)
		a->ring[a->idx++ % SIZE] = n;
	return ram + at;
}

static void
begin(bool stream, uint64_t accepted)
{
	int fd[2];

	memset(ram, 0, sizeof(ram));
	memset(&device, 0, sizeof(device));
	assert_int_equal(
	        socketpair(AF_UNIX, (stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_NONBLOCK, 0,
	                fd),
	        0);
	host = fd[1];
	wire_init(&wire, fd[0], stream);
	net.d = &device;
	net.wire = &wire;
	device.name = "net";
	device.mem = &memory;
	device.accepted = accepted;
	device.started = true;
	device.config_call = eventfd(0, EFD_NONBLOCK);
	for (unsigned i = 0; i < NET_QUEUES; i++) {
		struct virtqueue *q = &device.queue[i];

		*q = (struct virtqueue){.max = SIZE, .size = SIZE, .enabled = true};
		q->desc = 0x1000 + 0x4000 * i;
		q->driver = 0x2000 + 0x4000 * i;
		q->device = 0x3000 + 0x4000 * i;
		q->call = eventfd(0, EFD_NONBLOCK);
		q->kick = eventfd(0, EFD_NONBLOCK);
		queue_start(q, &memory, false);
	}
}

static int
tear_down(void **state)
{
	(void)state;
	close(wire.fd);
	close(host);
	close(device.config_call);
	for (unsigned i = 0; i < NET_QUEUES; i++) {
		close(device.queue[i].call);
		close(device.queue[i].kick);
	}
	return 0;
}

static bool
is_rung(int eventfd)
{
	uint64_t count;

	return read(eventfd, &count, sizeof(count)) == sizeof(count);
}

/* The host sends a frame of `len` bytes, all of them `value`, and a header or a length. */
static void
host_sends(uint32_t len, uint8_t value)
{
	uint32_t head = wire.stream ? 4 : WIRE_HEADER, number = htonl(len);

	memset(bytes, 0x11, head);
	if (wire.stream)
		memcpy(bytes, &number, sizeof(number));
	memset(bytes + head, value, len);
	assert_int_equal(write(host, bytes, head + len), head + len);
}

static void
receives(enum wire_state state, bool room)
{
	bool got;

	assert_int_equal(net_receive(&net, &got), state);
	assert_int_equal(got, room);
}

static void
a_frame_fills_a_buffer(void **state)
{
	uint8_t *at;

	(void)state;
	begin(false, 0);
	at = offer(NET_RECEIVE, 0, 16, WRITE | NEXT, true);
	offer(NET_RECEIVE, 1, 200, WRITE, false);
	host_sends(100, 0xab);
	receives(WIRE_EMPTY, true);
	assert_int_equal(used(NET_RECEIVE)->idx, 1);
	assert_int_equal(used(NET_RECEIVE)->ring[0].len, WIRE_HEADER + 100);
	assert_memory_equal(at, "\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x01\x00\xab", 13);
	assert_int_equal(at[PART + WIRE_HEADER + 100 - 16 - 1], 0xab);
	assert_int_equal(at[PART + WIRE_HEADER + 100 - 16], 0);
	assert_true(is_rung(device.queue[NET_RECEIVE].call));
}

static void
a_frame_waits_for_a_buffer(void **state)
{
	(void)state;
	begin(false, 0);
	host_sends(100, 1);
	receives(WIRE_GOOD, false);
	assert_int_equal(used(NET_RECEIVE)->idx, 0);
	offer(NET_RECEIVE, 0, 200, WRITE, true);
	receives(WIRE_EMPTY, true);
	assert_int_equal(used(NET_RECEIVE)->ring[0].len, WIRE_HEADER + 100);
}

static void
a_frame_fills_several_merged_buffers(void **state)
{
	uint8_t *at;

	(void)state;
	begin(true, NET_MERGE);
	at = offer(NET_RECEIVE, 0, 20, WRITE, true);
	offer(NET_RECEIVE, 1, 20, WRITE, true);
	host_sends(40, 7);
	receives(WIRE_GOOD, false); /* 52 bytes need a third */
	assert_int_equal(used(NET_RECEIVE)->idx, 0);
	offer(NET_RECEIVE, 2, 20, WRITE, true);
	offer(NET_RECEIVE, 3, 20, WRITE, true);
	receives(WIRE_EMPTY, true);
	assert_int_equal(used(NET_RECEIVE)->idx, 3);
	assert_int_equal(used(NET_RECEIVE)->ring[2].id, 2);
	assert_int_equal(used(NET_RECEIVE)->ring[2].len, 12);
	assert_memory_equal(at, "\0\0\0\0\0\0\0\0\0\0\x03\0\x07", 13);
	assert_int_equal(at[2 * PART + 11], 7);
	assert_int_equal(at[2 * PART + 12], 0);
}

static void
what_no_buffer_holds_is_lost(void **state)
{
	(void)state;
	begin(false, 0);
	offer(NET_RECEIVE, 0, 111, WRITE, true);
	host_sends(100, 1);
	host_sends(99, 2);
	receives(WIRE_EMPTY, true);
	assert_int_equal(used(NET_RECEIVE)->idx, 1);
	assert_int_equal(ram[DATA + WIRE_HEADER], 2);
	tear_down(NULL);
	begin(false, NET_MERGE);
	for (uint16_t i = 0; i < SIZE; i++)
		offer(NET_RECEIVE, i, 20, WRITE, true);
	host_sends(SIZE * 20 - WIRE_HEADER + 1, 1);
	host_sends(SIZE * 20 - WIRE_HEADER, 2);
	receives(WIRE_EMPTY, true);
	assert_int_equal(used(NET_RECEIVE)->idx, SIZE);
	assert_int_equal(ram[DATA + WIRE_HEADER], 2);
}

/* Frames that the wire holds already come without another notification of the host's. */
static void
many_frames_come_in_turns(void **state)
{
	(void)state;
	begin(true, 0);
	memset(bytes, 0, sizeof(bytes));
	for (unsigned i = 0; i < 300; i++)
		bytes[204 * i + 3] = 200; /* a length; none fits into the buffer */
	assert_int_equal(write(host, bytes, 300 * 204), 300 * 204);
	offer(NET_RECEIVE, 0, 111, WRITE, true);
	receives(WIRE_GOOD, true);
	assert_true(is_rung(device.queue[NET_RECEIVE].kick));
	receives(WIRE_EMPTY, true);
	assert_false(is_rung(device.queue[NET_RECEIVE].kick));
}

static void
a_stream_comes_in_pieces(void **state)
{
	(void)state;
	begin(true, 0);
	offer(NET_RECEIVE, 0, 200, WRITE, true);
	assert_int_equal(write(host, "\0\0", 2), 2);
	receives(WIRE_EMPTY, true);
	assert_int_equal(write(host, "\0\x03z", 3), 3);
	receives(WIRE_EMPTY, true);
	assert_int_equal(used(NET_RECEIVE)->idx, 0);
	assert_int_equal(write(host, "zz\0\0\0\x01", 6), 6);
	receives(WIRE_EMPTY, true);
	assert_int_equal(used(NET_RECEIVE)->idx, 1);
	assert_int_equal(used(NET_RECEIVE)->ring[0].len, WIRE_HEADER + 3);
}

static void
a_length_has_bounds(void **state)
{
	static const struct {
		uint32_t len;
		enum wire_state state;
	} cases[] = {{0, WIRE_WRONG}, {1, WIRE_EMPTY}, {WIRE_FRAME, WIRE_EMPTY},
	        {WIRE_FRAME + 1, WIRE_WRONG}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t number = htonl(cases[i].len);

		begin(true, 0);
		assert_int_equal(write(host, &number, sizeof(number)), sizeof(number));
		receives(cases[i].state, true);
		tear_down(NULL);
	}
	begin(true, 0);
}

static void
the_end_of_the_host_is_told(void **state)
{
	(void)state;
	begin(true, 0);
	shutdown(host, SHUT_WR);
	receives(WIRE_ENDED, true);
	offer(NET_TRANSMIT, 0, 20, 0, true);
	shutdown(host, SHUT_RD);
	assert_int_equal(net_transmit(&net), WIRE_ENDED);
}

static void
frames_go_out(void **state)
{
	uint8_t *at;

	(void)state;
	begin(true, 0);
	at = offer(NET_TRANSMIT, 0, WIRE_HEADER, NEXT, true);
	offer(NET_TRANSMIT, 1, 3, 0, false);
	memset(at, 0x55, WIRE_HEADER);
	memcpy(at + PART, "abc", 3);
	offer(NET_TRANSMIT, 2, WIRE_HEADER, 0, true); /* no frame is in it */
	assert_int_equal(net_transmit(&net), WIRE_GOOD);
	assert_int_equal(used(NET_TRANSMIT)->idx, 2);
	assert_true(is_rung(device.queue[NET_TRANSMIT].call));
	assert_int_equal(read(host, bytes, sizeof(bytes)), 7);
	assert_memory_equal(bytes,
	        "\0\0\0\x03"
	        "abc",
	        7);
	tear_down(NULL);
	begin(false, 0);
	at = offer(NET_TRANSMIT, 0, WIRE_HEADER + 3, 0, true);
	memcpy(at, "0123456789..xyz", WIRE_HEADER + 3);
	assert_int_equal(net_transmit(&net), WIRE_GOOD);
	assert_int_equal(read(host, bytes, sizeof(bytes)), WIRE_HEADER + 3);
	assert_memory_equal(bytes, "0123456789..xyz", WIRE_HEADER + 3);
}

/* A frame that was sent in part is finished before the next. */
static void
a_full_host_is_waited_for(void **state)
{
	const uint32_t len = 0x8000;
	size_t sent = 0, came = 0;
	ssize_t n;

	(void)state;
	begin(true, 0);
	while (!wire_pending(&wire)) {
		offer(NET_TRANSMIT, 0, WIRE_HEADER + len, 0, true);
		net_transmit(&net);
		sent += 4 + len;
	}
	offer(NET_TRANSMIT, 0, WIRE_HEADER + len, 0, true);
	assert_int_equal(wire_flush(&wire), WIRE_EMPTY);
	while ((n = read(host, bytes, sizeof(bytes))) > 0 ||
	        (wire_pending(&wire) && wire_flush(&wire) != WIRE_ENDED))
		came += n > 0 ? (size_t)n : 0;
	assert_int_equal(came, sent);
	assert_int_equal(net_transmit(&net), WIRE_GOOD);
	assert_int_equal(recv(host, bytes, 4 + len, 0), 4 + len);
	assert_memory_equal(bytes, "\0\0\x80\0", 4);
}

/* The used ring is the available one, so that each chain that is given back offers the next. */
static void
frames_without_end_go_out_in_turns(void **state)
{
	struct virtqueue *q = &device.queue[NET_TRANSMIT];

	(void)state;
	begin(false, 0);
	offer(NET_TRANSMIT, 0, WIRE_HEADER, 0, true);
	q->device = q->driver;
	queue_start(q, &memory, false);
	q->next_used = 1;
	for (unsigned turn = 1; turn <= 2; turn++) {
		assert_int_equal(net_transmit(&net), WIRE_GOOD);
		assert_int_equal(q->next_avail, 256 * turn);
		assert_true(is_rung(q->call));
		assert_true(is_rung(q->kick));
	}
	used(NET_TRANSMIT)->idx = q->next_avail;
	assert_int_equal(net_transmit(&net), WIRE_GOOD);
	assert_false(is_rung(q->kick));
}

static void
assert_broken(unsigned queue, uint32_t len, uint16_t flags)
{
	bool room;

	begin(false, NET_MERGE);
	offer(queue, 0, len, flags, true);
	host_sends(20, 1);
	if (queue == NET_RECEIVE)
		assert_int_equal(net_receive(&net, &room), WIRE_GOOD);
	else
		net_transmit(&net);
	assert_int_equal(device.status, VIRTIO_NEEDS_RESET);
	assert_int_equal(used(queue)->idx, 0);
	assert_true(is_rung(device.config_call));
	tear_down(NULL);
}

static void
nonsense_needs_a_reset(void **state)
{
	(void)state;
	assert_broken(NET_RECEIVE, 200, 0);
	assert_broken(NET_RECEIVE, WIRE_HEADER - 1, WRITE);
	assert_broken(NET_RECEIVE, RAM, WRITE);
	assert_broken(NET_TRANSMIT, 200, WRITE);
	assert_broken(NET_TRANSMIT, WIRE_HEADER - 1, 0);
	assert_broken(NET_TRANSMIT, RAM, 0);
	begin(false, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_teardown(a_frame_fills_a_buffer, tear_down),
	        cmocka_unit_test_teardown(a_frame_waits_for_a_buffer, tear_down),
	        cmocka_unit_test_teardown(a_frame_fills_several_merged_buffers, tear_down),
	        cmocka_unit_test_teardown(what_no_buffer_holds_is_lost, tear_down),
	        cmocka_unit_test_teardown(many_frames_come_in_turns, tear_down),
	        cmocka_unit_test_teardown(a_stream_comes_in_pieces, tear_down),
	        cmocka_unit_test_teardown(a_length_has_bounds, tear_down),
	        cmocka_unit_test_teardown(the_end_of_the_host_is_told, tear_down),
	        cmocka_unit_test_teardown(frames_go_out, tear_down),
	        cmocka_unit_test_teardown(a_full_host_is_waited_for, tear_down),
	        cmocka_unit_test_teardown(frames_without_end_go_out_in_turns, tear_down),
	        cmocka_unit_test_teardown(nonsense_needs_a_reset, tear_down),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
