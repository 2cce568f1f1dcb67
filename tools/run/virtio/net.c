/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When frames are moved: the device thread is told of the guest's notifications and of what the
 * host has. What the host cannot take waits for it; what the guest has no buffers for stays on
 * the host.
 */
#include "net.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_SIZE QUEUE_MAX

struct net {
	struct virtio_device d;
	struct net_host *host;
	struct ending *ending;
	struct loop_source *wire, *messages;
	bool has_room; /* the guest has buffers, as far as is known */
	struct net_queues queues;
};

static struct net *
net_of(struct virtio_device *d)
{
	return (struct net *)d;
}

/* The other end of a stream is heard of even when nothing else is wanted. */
static void
want(struct net *n)
{
	short events = n->host->is_tap ? 0 : POLLRDHUP;

	if (virtio_runs(&n->d) && n->has_room)
		events |= POLLIN;
	if (wire_pending(&n->host->wire))
		events |= POLLOUT;
	loop_want(n->wire, events);
}

static void
failed(struct net *n, const char *why)
{
	struct net_host *h = n->host;

	child_say_all(&h->child);
	if (!ending_over(n->ending))
		snprintf(h->failure, sizeof(h->failure), "%s: %s, and the run ends with it",
		        h->name, why);
	ending_set(n->ending, ENDING_ENGINE, 0, 0, h->failure);
}

/* passt's end is told as such, also where it took what had been sent to it along. */
static void
ended(struct net *n)
{
	int error = n->host->wire.error;
	char why[80];

	if (n->host->is_tap) {
		failed(n, "the interface is gone");
		return;
	}
	if (!error || error == EPIPE || error == ECONNRESET) {
		failed(n, "passt has ended");
		return;
	}
	snprintf(why, sizeof(why), "its frames cannot be passed on: %s", strerror(error));
	failed(n, why);
}

/* What a step has found; false if the host's side is no more. */
static bool
goes_on(struct net *n, enum wire_state state)
{
	if (state == WIRE_ENDED)
		ended(n);
	else if (state == WIRE_WRONG)
		failed(n, "the host sent what is no frame");
	else
		return true;
	loop_want(n->wire, 0);
	return false;
}

/* All that can be done now. */
static void
move(struct net *n)
{
	enum wire_state state = wire_flush(&n->host->wire);

	if (state == WIRE_GOOD)
		state = net_transmit(&n->queues);
	if (goes_on(n, state) && goes_on(n, net_receive(&n->queues, &n->has_room)))
		want(n);
}

static void
notify(struct virtio_device *d, uint16_t queue)
{
	(void)queue;
	move(net_of(d));
}

static void
on_wire(void *context, short events)
{
	struct net *n = context;

	pthread_mutex_lock(&n->d.lock);
	if (events & (POLLRDHUP | POLLHUP) && !(events & POLLIN))
		goes_on(n, WIRE_ENDED);
	else
		move(n);
	pthread_mutex_unlock(&n->d.lock);
}

static void
on_messages(void *context, short events)
{
	struct net *n = context;

	(void)events;
	if (!child_say(&n->host->child))
		loop_want(n->messages, 0);
}

static bool
start(struct virtio_device *d)
{
	struct net *n = net_of(d);

	if (n->host->is_tap && !net_tap_offload(n->host, d->accepted)) {
		virtio_broken(d, "the host's kernel cannot do what was agreed on");
		return false;
	}
	n->has_room = true;
	loop_want(n->wire, POLLIN | (n->host->is_tap ? 0 : POLLRDHUP));
	return true;
}

static void
stop(struct virtio_device *d)
{
	struct net *n = net_of(d);

	n->has_room = false;
	want(n);
}

static void
release(struct virtio_device *d)
{
	free(d);
}

static const struct virtio_ops ops = {
        .start = start, .stop = stop, .notify = notify, .release = release};

uint64_t
net_offers(const struct net_host *h)
{
	return VIRTIO_RING_FEATURES | NET_MAC | NET_MERGE | (h->is_tap ? NET_OFFLOADS : 0);
}

struct virtio_device *
net_make(struct net_host *host, struct ending *ending)
{
	struct net *n = calloc(1, sizeof(*n));
	struct virtio_device *d = &n->d;

	if (!n)
		return NULL;
	n->host = host;
	n->ending = ending;
	n->queues.d = d;
	n->queues.wire = &host->wire;
	d->ops = &ops;
	d->name = host->name;
	d->type = VIRTIO_NET;
	d->offered = net_offers(host);
	memcpy(d->config, host->address, NET_ADDRESS);
	d->config_len = NET_ADDRESS;
	d->queues = NET_QUEUES;
	for (uint16_t i = 0; i < d->queues; i++)
		d->queue[i].max = QUEUE_SIZE;
	return d;
}

bool
net_watch(struct virtio_device *d)
{
	struct net *n = net_of(d);
	const struct net_host *h = n->host;

	n->wire = loop_add(d->loop, h->wire.fd, h->is_tap ? 0 : POLLRDHUP, on_wire, n);
	if (n->wire && h->child.messages >= 0)
		n->messages = loop_add(d->loop, h->child.messages, POLLIN, on_messages, n);
	return n->wire && (n->messages || h->child.messages < 0);
}
