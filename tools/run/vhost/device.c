/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio's moments as vhost-user's requests.
 */
#include "device.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/run/vhost/message.h"

#define QUEUE_LEN 256

struct vhost_device {
	struct virtio_device d;
	struct engine *engine;
	struct ending *ending;
	struct loop_source *socket, *messages;
};

static struct vhost_device *
vhost_of(struct virtio_device *d)
{
	return (struct vhost_device *)d;
}

static bool
failed(struct vhost_device *v, const char *why)
{
	struct engine *e = v->engine;

	if (!ending_over(v->ending))
		snprintf(e->failure, sizeof(e->failure), "%s: %s", e->name, why);
	ending_set(v->ending, ENDING_ENGINE, 0, 0, e->failure);
	return false;
}

static bool
start(struct virtio_device *d)
{
	struct vhost_device *v = vhost_of(d);
	struct vhost_user *u = &v->engine->user;

	if (!vhost_user_begin(u, d->accepted, d->mem))
		return failed(v, u->why);
	for (uint16_t i = 0; i < d->queues; i++) {
		const struct virtqueue *q = &d->queue[i];
		struct vhost_queue to = {
		        i, q->size, q->desc, q->driver, q->device, q->kick, q->call};

		if (q->enabled && !vhost_user_start(u, &to))
			return failed(v, u->why);
	}
	return true;
}

static void
stop(struct virtio_device *d)
{
	struct vhost_device *v = vhost_of(d);
	struct vhost_user *u = &v->engine->user;

	for (uint16_t i = 0; i < d->queues; i++)
		if (d->queue[i].enabled && !vhost_user_stop(u, i)) {
			failed(v, u->why);
			return;
		}
}

static void
config_written(struct virtio_device *d, uint32_t off, uint32_t len)
{
	struct vhost_device *v = vhost_of(d);
	struct vhost_user *u = &v->engine->user;

	if ((u->protocol & VHOST_PROTOCOL_CONFIG) &&
	        !vhost_user_write_config(u, off, len, d->config + off))
		failed(v, u->why);
}

static void
release(struct virtio_device *d)
{
	free(d);
}

static const struct virtio_ops ops = {
        .start = start, .stop = stop, .config_written = config_written, .release = release};

struct virtio_device *
vhost_device_make(struct engine *e, struct ending *ending)
{
	struct vhost_device *v = calloc(1, sizeof(*v));
	struct virtio_device *d = &v->d;

	if (!v)
		return NULL;
	v->engine = e;
	v->ending = ending;
	d->ops = &ops;
	d->name = e->name;
	d->type = e->type->id;
	d->offered = e->offered;
	d->config_len = e->type->config_len;
	memcpy(d->config, e->config, d->config_len);
	d->queues = e->type->queues;
	for (uint16_t i = 0; i < d->queues; i++)
		d->queue[i].max = QUEUE_LEN;
	return d;
}

static void
on_messages(void *context, short events)
{
	struct vhost_device *v = context;

	(void)events;
	if (!child_say(&v->engine->child))
		loop_want(v->messages, 0);
}

/* Its last words first. */
static void
on_hang_up(void *context, short events)
{
	struct vhost_device *v = context;

	(void)events;
	loop_want(v->socket, 0);
	child_say_all(&v->engine->child);
	failed(v, v->engine->child.ended >= 0
	                  ? "its daemon has ended, and the run with it"
	                  : "the daemon has ended the connection, and the run with it");
}

bool
vhost_device_watch(struct virtio_device *d)
{
	struct vhost_device *v = vhost_of(d);
	const struct engine *e = v->engine;

	v->socket = loop_add(d->loop, e->user.fd, POLLRDHUP, on_hang_up, v);
	if (v->socket && e->child.messages >= 0)
		v->messages = loop_add(d->loop, e->child.messages, POLLIN, on_messages, v);
	return v->socket && (v->messages || e->child.messages < 0);
}
