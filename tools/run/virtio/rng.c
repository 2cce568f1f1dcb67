/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each chain of the one queue is filled, up to a bound, and so many at once: a guest may offer
 * gigabytes, or chains without end, and the device thread has others to serve.
 */
#include "rng.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#define REQUEST_MAX 65536u
#define AT_ONCE     16 /* requests, before another device's turn */

static uint32_t
fill(const struct chain *c)
{
	uint32_t done = 0;

	for (uint32_t i = c->out; i < c->out + c->in && done < REQUEST_MAX; i++) {
		size_t len = c->buffer[i].iov_len, most = REQUEST_MAX - done;
		ssize_t n = getrandom(c->buffer[i].iov_base, len < most ? len : most, 0);

		if (n <= 0)
			break;
		done += (uint32_t)n;
	}
	return done;
}

static void
notify(struct virtio_device *d, uint16_t queue)
{
	struct virtqueue *q = &d->queue[queue];
	static struct chain c; /* in the device thread only */

	for (unsigned i = 0; i < AT_ONCE; i++) {
		if (!virtio_take(d, queue, &c))
			return;
		if (c.out || !c.in) {
			virtio_bad_request(
			        d, queue, "must have buffers to fill, and no others");
			return;
		}
		queue_push(q, c.head, fill(&c));
		queue_interrupt(q);
	}
	queue_ring(q); /* the guest need not notify of what is there already */
}

static bool
start(struct virtio_device *d)
{
	(void)d;
	return true;
}

static void
stop(struct virtio_device *d)
{
	(void)d; /* nothing is under way outside of notify() */
}

static void
release(struct virtio_device *d)
{
	free(d);
}

static const struct virtio_ops ops = {
        .start = start, .stop = stop, .notify = notify, .release = release};

struct virtio_device *
rng_make(void)
{
	struct virtio_device *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->ops = &ops;
	d->name = "virtio-rng";
	d->type = VIRTIO_RNG;
	d->offered = VIRTIO_RING_FEATURES;
	d->queues = 1;
	d->queue[0].max = 64;
	return d;
}
