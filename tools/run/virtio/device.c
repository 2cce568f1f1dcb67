/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all devices have in common.
 */
#include "device.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>

void
virtio_config_changed(struct virtio_device *d)
{
	d->generation++;
	eventfd_write(d->config_call, 1);
}

void
virtio_broken(struct virtio_device *d, const char *format, ...)
{
	char what[256];
	va_list args;

	if (d->status & VIRTIO_NEEDS_RESET)
		return;
	d->status |= VIRTIO_NEEDS_RESET;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	fprintf(stderr, "kshim run: %s: %s; it stops until the guest resets it\n", d->name,
	        what);
	virtio_config_changed(d);
}

bool
virtio_runs(const struct virtio_device *d)
{
	return d->started && !(d->status & VIRTIO_NEEDS_RESET);
}

bool
virtio_take(struct virtio_device *d, uint16_t queue, struct chain *ret_chain)
{
	struct virtqueue *q = &d->queue[queue];
	enum queue_state state;

	if (!virtio_runs(d) || !q->enabled)
		return false;
	state = queue_pop(q, d->mem, ret_chain);
	if (state == QUEUE_BROKEN)
		virtio_broken(d, "queue %u, %u: %s", queue, ret_chain->where, ret_chain->what);
	return state == QUEUE_CHAIN;
}

void
virtio_bad_request(struct virtio_device *d, uint16_t queue, const char *what)
{
	virtio_broken(d, "queue %u: a request %s", queue, what);
}
