/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transport's part, the loop's and the driver's.
 */
#include "tests/unit/console_bench.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define AVAIL 0x400u
#define USED  0x800u
#define RAM   (QUEUES * AREA)

static _Alignas(4096) uint8_t ram[RAM];
static const struct memory memory = {
        .file = -1, .slots = 1, .slot = {{.range = {0, RAM}, .host = ram}}};
struct virtio_device *d;
int own[2];

/* ---- in place of the loop ---- */

static struct loop_source sources[4];
static unsigned source_count;

struct loop_source *
loop_add(struct loop *l, int fd, short events, void (*ready)(void *context, short events),
        void *context)
{
	struct loop_source *s = &sources[source_count++];

	*s = (struct loop_source){.loop = l, .fd = fd, .ready = ready, .context = context};
	atomic_init(&s->wanted, events);
	return s;
}

void
loop_want(struct loop_source *s, short events)
{
	atomic_store(&s->wanted, events);
}

short
wanted(unsigned port)
{
	for (unsigned i = 0; i < source_count; i++)
		if (sources[i].fd == own[port])
			return atomic_load(&sources[i].wanted);
	return 0;
}

/* Serve a port's socket while it is wanted and ready; it must not be for ever. */
void
serve(unsigned port)
{
	for (unsigned turns = 0; turns < 1000; turns++) {
		struct pollfd fd = {.fd = own[port], .events = wanted(port)};

		if (!fd.events || poll(&fd, 1, 0) != 1)
			return;
		for (unsigned i = 0; i < source_count; i++)
			if (sources[i].fd == own[port])
				sources[i].ready(sources[i].context, fd.revents);
	}
	assert_true(false);
}

/* ---- in place of the driver ---- */

uint8_t *
buffer(unsigned queue, unsigned n)
{
	return ram + queue * AREA + 0x1000 + n * BUFFER;
}

struct virtq_desc *
desc(unsigned queue, unsigned n)
{
	return (struct virtq_desc *)(void *)(ram + queue * AREA) + n;
}

struct virtq_avail *
avail(unsigned queue)
{
	return (struct virtq_avail *)(void *)(ram + queue * AREA + AVAIL);
}

struct virtq_used *
used(unsigned queue)
{
	return (struct virtq_used *)(void *)(ram + queue * AREA + USED);
}

void
notify(unsigned queue)
{
	pthread_mutex_lock(&d->lock);
	d->ops->notify(d, (uint16_t)queue);
	pthread_mutex_unlock(&d->lock);
}

/* Descriptor n as a chain of its own: a buffer to fill, or bytes. */
void
offer(unsigned queue, unsigned n, uint32_t len, bool writes)
{
	*desc(queue, n) =
	        (struct virtq_desc){(uint64_t)(buffer(queue, n) - ram), len, writes ? 2 : 0, 0};
	avail(queue)->ring[avail(queue)->idx % SIZE] = (uint16_t)n;
	avail(queue)->idx++;
}

void
offer_bytes(unsigned queue, unsigned n, const void *bytes, uint32_t len)
{
	memcpy(buffer(queue, n), bytes, len);
	offer(queue, n, len, false);
}

void
control(uint32_t port, uint16_t event, uint16_t value)
{
	uint8_t message[8];

	memcpy(message, &port, 4);
	memcpy(message + 4, &event, 2);
	memcpy(message + 6, &value, 2);
	offer_bytes(3, 0, message, sizeof(message));
	notify(3);
}

/* The n-th message to the driver, counted from 0, and what is behind it. */
void
assert_told(
        unsigned n, uint32_t port, uint16_t event, uint16_t value, const void *more, size_t len)
{
	const uint8_t *message = buffer(2, used(2)->ring[n % SIZE].id);
	uint8_t head[8];

	memcpy(head, &port, 4);
	memcpy(head + 4, &event, 2);
	memcpy(head + 6, &value, 2);
	assert_true(used(2)->idx > n);
	assert_int_equal(used(2)->ring[n % SIZE].len, 8 + len);
	assert_memory_equal(message, head, 8);
	assert_memory_equal(message + 8, more, len);
}

void
start(uint64_t features)
{
	memset(ram, 0, sizeof(ram));
	d->accepted = features;
	d->status = VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK;
	for (unsigned i = 0; i < d->queues; i++) {
		struct virtqueue *q = &d->queue[i];

		q->size = SIZE;
		q->enabled = true;
		q->desc = i * AREA;
		q->driver = q->desc + AVAIL;
		q->device = q->desc + USED;
		queue_start(q, &memory, false);
	}
	pthread_mutex_lock(&d->lock);
	d->started = d->ops->start(d);
	pthread_mutex_unlock(&d->lock);
}

void
stop(void)
{
	pthread_mutex_lock(&d->lock);
	if (d->started)
		d->ops->stop(d);
	d->started = false;
	pthread_mutex_unlock(&d->lock);
}

/* As plug_add() does. */
void
plug(const struct console_port_spec *spec, uint32_t count)
{
	d = console_make(spec, count);
	assert_non_null(d);
	d->mem = &memory;
	pthread_mutex_init(&d->lock, NULL);
	d->config_call = eventfd(0, EFD_NONBLOCK);
	for (unsigned i = 0; i < d->queues; i++) {
		d->queue[i].kick = eventfd(0, EFD_NONBLOCK);
		d->queue[i].call = eventfd(0, EFD_NONBLOCK);
	}
	source_count = 0;
	assert_true(console_watch(d));
}

void
unplug(void)
{
	stop();
	close(d->config_call);
	for (unsigned i = 0; i < d->queues; i++) {
		close(d->queue[i].kick);
		close(d->queue[i].call);
	}
	d->ops->release(d);
}
