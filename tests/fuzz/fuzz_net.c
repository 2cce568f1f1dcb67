/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the memory of a guest with a virtio-net of `kshim run`, and others as what its
 * host sends: what the guest is given is a frame of the host's, and the host gets frames, each
 * with its length, or packets with a header.
 */
#include "tests/fuzz/fuzz.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fuzz/quiet_device.h"
#include "tools/run/virtio/net_frames.h"

#define RAM 4096u

static _Alignas(4096) uint8_t ram[RAM];
static const struct memory memory = {
        .file = -1, .slots = 1, .slot = {{.range = {0, RAM}, .host = ram}}};
static struct virtio_device device = {.name = "net",
        .mem = &memory,
        .queues = NET_QUEUES,
        .started = true,
        .config_call = -1};
static struct wire wire;
static struct net_queues queues = {.d = &device, .wire = &wire};

static void
start_queue(struct virtqueue *q, struct feed *f, int event, bool event_index)
{
	const char *what;

	*q = (struct virtqueue){.max = 8, .call = event, .kick = event};
	q->size = (uint16_t)feed_number(f, 1);
	q->desc = feed_number(f, 2);
	q->driver = feed_number(f, 2);
	q->device = feed_number(f, 2);
	q->enabled = queue_check(q, &memory, &what);
	if (q->enabled)
		queue_start(q, &memory, event_index);
}

/* All that has come to the host, frame by frame or packet by packet. */
static void
look_at_host(int host)
{
	static uint8_t bytes[1 << 18];
	size_t len = 0, at = 0;
	ssize_t n;

	while ((n = read(host, bytes + len, sizeof(bytes) - len)) > 0) {
		REQUIRE(wire.stream || n > (ssize_t)WIRE_HEADER);
		len = wire.stream ? len + (size_t)n : 0;
	}
	while (at < len) {
		uint32_t number;

		REQUIRE(len - at > sizeof(number));
		memcpy(&number, bytes + at, sizeof(number));
		at += sizeof(number) + ntohl(number);
		REQUIRE(ntohl(number) && ntohl(number) <= WIRE_FRAME);
	}
	REQUIRE(at == len || wire_pending(&wire));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	unsigned flags = (unsigned)feed_number(&f, 1);
	bool stream = flags & 1, room;
	int fd[2], event = eventfd(0, EFD_NONBLOCK);
	struct span sent;

	signal(SIGPIPE, SIG_IGN);
	REQUIRE(event >= 0 &&
	        socketpair(AF_UNIX, (stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_NONBLOCK, 0,
	                fd) == 0);
	wire_init(&wire, fd[0], stream);
	device.status = 0;
	device.accepted = flags & 2 ? NET_MERGE : 0;
	for (unsigned i = 0; i < NET_QUEUES; i++)
		start_queue(&device.queue[i], &f, event, flags & 4);
	for (unsigned i = 0; i < 4; i++) {
		sent = feed_span(&f, (size_t)feed_number(&f, 1));
		if (sent.size)
			REQUIRE(write(fd[1], sent.base, (size_t)sent.size) ==
			        (ssize_t)sent.size);
	}
	memset(ram, 0, sizeof(ram));
	memcpy(ram, f.data, f.size < RAM ? f.size : RAM);
	for (unsigned i = 0; i < 4; i++) {
		enum wire_state state = net_receive(&queues, &room);

		REQUIRE(state != WIRE_ENDED);
		REQUIRE(wire.in_at <= wire.in_end && wire.in_end <= WIRE_ROOM);
		REQUIRE(net_transmit(&queues) != WIRE_ENDED);
	}
	look_at_host(fd[1]);
	close(fd[0]);
	close(fd[1]);
	close(event);
	return 0;
}
