/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a guest and a host of virtio-console: what the guest writes to its queues and
 * notifies, resets, what the host's descriptors take and have. A chain goes back when all of it
 * was written and never before, no more is read than the guest has room for, and a device that
 * does not run waits for nothing.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <unistd.h>

#include "tools/run/virtio/console_ports.h"

#define PORTS  2
#define QUEUES (2 * PORTS + 2)
#define SIZE   4
#define AREA   0x100u /* of a queue's rings */
#define RAM    8192u

static _Alignas(4096) uint8_t ram[RAM];
static const struct memory memory = {
        .file = -1, .slots = 1, .slot = {{.range = {0, RAM}, .host = ram}}};
static struct console *console;
static uint64_t written[PORTS]; /* of the chain that a port holds */
static uint8_t mood; /* of the host: 0 ready, 1 blocks, 2 is gone, else so many bytes */

/* ---- in place of the host ---- */

static ssize_t
in_mood(size_t len)
{
	errno = mood == 1 ? EAGAIN : EPIPE;
	if (mood == 1 || mood == 2)
		return -1;
	return (ssize_t)(mood && mood < len ? mood : len);
}

static ssize_t
fake_read(int fd, void *bytes, size_t len)
{
	ssize_t n = in_mood(len);

	REQUIRE(fd >= 0 && fd < PORTS && len && len <= CONSOLE_PIECE);
	memset(bytes, 0x5a, n > 0 ? (size_t)n : 0);
	return mood == 3 ? 0 : n;
}

static ssize_t
fake_write(int fd, const void *bytes, size_t len)
{
	ssize_t n = in_mood(len);

	(void)bytes;
	REQUIRE(fd >= 0 && fd < PORTS && len && len <= CONSOLE_PIECE);
	written[fd] += n > 0 ? (uint64_t)n : 0;
	return n;
}

static void
fake_push(struct virtqueue *q, uint16_t head, uint32_t len)
{
	for (unsigned i = 0; i < PORTS; i++) {
		struct console_port *p = &console->port[i];

		if (q != &console->device.queue[p->out])
			continue;
		REQUIRE(p->out_ended || written[i] == p->chain.out_len);
		written[i] = 0;
	}
	queue_push(q, head, len);
}

#define read       fake_read
#define write      fake_write
#define queue_push fake_push
#include "tools/run/virtio/console_data.c"
#undef read
#undef write
#undef queue_push

#include "tests/fuzz/quiet_device.h"

/* ---- in place of the loop ---- */

static struct loop_source source[PORTS];

struct loop_source *
loop_add(struct loop *l, int fd, short events, void (*ready)(void *context, short events),
        void *context)
{
	struct loop_source *s = &source[fd];

	REQUIRE(!events);
	*s = (struct loop_source){.loop = l, .fd = fd, .ready = ready, .context = context};
	return s;
}

void
loop_want(struct loop_source *s, short events)
{
	atomic_store(&s->wanted, events);
}

static void
host_is_ready(void)
{
	for (unsigned i = 0; i < PORTS; i++) {
		short wanted = atomic_load(&source[i].wanted);

		if (!wanted)
			continue;
		source[i].ready(source[i].context, wanted);
		REQUIRE(virtio_runs(&console->device) || !atomic_load(&source[i].wanted));
		REQUIRE(mood != 2 || !atomic_load(&source[i].wanted)); /* it would spin */
	}
}

/* ---- the guest ---- */

static void
start(uint64_t features)
{
	struct virtio_device *d = &console->device;

	if (d->started)
		d->ops->stop(d);
	memset(written, 0, sizeof(written));
	d->started = false;
	d->status = 0;
	d->accepted = d->offered & features;
	for (unsigned i = 0; i < QUEUES; i++) {
		struct virtqueue *q = &d->queue[i];

		q->size = SIZE;
		q->enabled = true;
		q->desc = i * AREA;
		q->driver = q->desc + AREA / 4;
		q->device = q->desc + AREA / 2;
		queue_start(q, &memory, virtio_has(d, VIRTIO_EVENT_INDEX));
		memset(ram + q->desc, 0, AREA);
	}
	d->started = d->ops->start(d);
	REQUIRE(d->started);
}

/* A descriptor of its own, offered. */
static void
offer(uint16_t queue, struct feed *f)
{
	const struct virtqueue *q = &console->device.queue[queue];
	struct virtq_avail *avail = (struct virtq_avail *)(void *)(ram + q->driver);
	uint64_t n = feed_number(f, 1) % SIZE;
	struct virtq_desc d = {.addr = feed_number(f, 2), .len = (uint32_t)feed_number(f, 2)};

	d.flags = (uint16_t)feed_number(f, 1);
	d.next = (uint16_t)feed_number(f, 1);
	memcpy(ram + q->desc + n * sizeof(d), &d, sizeof(d));
	avail->ring[avail->idx % SIZE] = (uint16_t)n;
	avail->idx++;
}

static void
act(struct feed *f)
{
	struct virtio_device *d = &console->device;
	uint64_t what = feed_number(f, 1), at;
	uint16_t queue = (uint16_t)((what >> 4) % QUEUES);
	struct span s;
	size_t sent;

	switch (what & 15) {
	case 0:
		offer(queue, f);
		break;
	case 1:
		offer(queue, f);
		d->ops->notify(d, queue);
		break;
	case 2:
		d->ops->notify(d, queue);
		break;
	case 3:
		at = feed_number(f, 2) % RAM;
		s = feed_span(f, feed_number(f, 1));
		memcpy(ram + at, s.base, s.size < RAM - at ? s.size : RAM - at);
		break;
	case 4:
		mood = (uint8_t)feed_number(f, 1);
		break;
	case 5:
		s = feed_span(f, feed_number(f, 1));
		console_send(d, queue % PORTS, s.base, s.size, &sent);
		REQUIRE(sent <= s.size);
		break;
	case 6:
		console_resize(d, queue % PORTS, (uint16_t)what, 25);
		break;
	case 7:
		start(feed_number(f, 8));
		break;
	default:
		host_is_ready();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct console_port_spec spec[PORTS] = {
	        {.is_console = true, .cols = 80, .rows = 25, .in = 0, .out = 0},
	        {.name = "name", .in = 1, .out = 1}};
	struct feed f = {data, size};
	struct virtio_device *d = console_make(spec, PORTS);

	REQUIRE(d && d->queues == QUEUES);
	console = (struct console *)d;
	d->mem = &memory;
	d->config_call = -1;
	pthread_mutex_init(&d->lock, NULL);
	for (unsigned i = 0; i < QUEUES; i++)
		d->queue[i].kick = d->queue[i].call = -1;
	memset(ram, 0, sizeof(ram));
	mood = 0;
	REQUIRE(console_watch(d));
	start(~0ull);
	while (f.size)
		act(&f);
	start(0); /* and what is held is forgotten */
	for (unsigned i = 0; i < PORTS; i++)
		REQUIRE(!console->port[i].held && !atomic_load(&source[i].wanted));
	d->ops->stop(d);
	d->ops->release(d);
	return 0;
}
