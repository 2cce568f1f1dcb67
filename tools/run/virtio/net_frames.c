/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio 1.2, 5.1.6: what a chain of either queue is. With NET_MERGE a frame fills as many
 * chains as it needs, and the first one's header says how many.
 */
#include "net_frames.h"

#include <string.h>

#define AT_ONCE     256 /* frames, before another device's turn */
#define NUM_BUFFERS 10u /* its place in the header */

enum delivery { DELIVERED, LOST, NO_ROOM };

/* Where byte `off` of the part to write is; there are so many. */
static uint8_t *
byte_at(const struct chain *c, uint64_t off)
{
	const struct iovec *b = c->buffer + c->out;

	while (off >= b->iov_len)
		off -= b++->iov_len;
	return (uint8_t *)b->iov_base + off;
}

/* Write what fits of a frame behind its header, from byte `at` of both on. */
static uint32_t
put(const struct chain *c, const struct wire_frame *f, uint32_t at)
{
	uint32_t done = 0;

	if (at < WIRE_HEADER)
		done = (uint32_t)chain_write(c, 0, f->header, WIRE_HEADER);
	at = at + done - WIRE_HEADER;
	return done + (uint32_t)chain_write(c, done, f->bytes + at, f->len - at);
}

static enum delivery
give_back(struct net_queues *n, uint32_t count, enum delivery result)
{
	while (count--)
		queue_unpop(&n->d->queue[NET_RECEIVE]);
	return result;
}

static void
finish(struct net_queues *n, uint32_t count, uint8_t *const number[2])
{
	*number[0] = (uint8_t)count;
	*number[1] = (uint8_t)(count >> 8);
	for (uint32_t i = 0; i < count; i++)
		queue_push(&n->d->queue[NET_RECEIVE], n->taken[i].head, n->taken[i].len);
}

static bool
is_buffer(const struct chain *c, bool first)
{
	return !c->out && c->in_len >= (first ? WIRE_HEADER : 1);
}

/* A frame that all of the queue could not hold is lost. */
static enum delivery
deliver(struct net_queues *n, const struct wire_frame *f)
{
	struct chain *c = &n->chain;
	uint32_t count = 0, at = 0, len = WIRE_HEADER + f->len;
	uint32_t most = virtio_has(n->d, NET_MERGE) ? n->d->queue[NET_RECEIVE].size : 1;
	uint8_t *number[2] = {NULL, NULL};

	do {
		if (count == most)
			return give_back(n, count, LOST);
		if (!virtio_take(n->d, NET_RECEIVE, c))
			return give_back(n, count, NO_ROOM);
		if (!is_buffer(c, !count)) {
			virtio_bad_request(
			        n->d, NET_RECEIVE, "is no buffer for a frame and its header");
			return NO_ROOM;
		}
		for (uint32_t i = 0; !count && i < 2; i++)
			number[i] = byte_at(c, NUM_BUFFERS + i);
		n->taken[count].head = c->head;
		n->taken[count].len = put(c, f, at);
		at += n->taken[count++].len;
	} while (at < len);
	finish(n, count, number);
	return DELIVERED;
}

enum wire_state
net_receive(struct net_queues *n, bool *ret_room)
{
	enum wire_state state = WIRE_GOOD;
	enum delivery delivery = DELIVERED;
	bool delivered = false;
	struct wire_frame f;
	unsigned left = AT_ONCE;

	while (left && delivery != NO_ROOM && virtio_runs(n->d) &&
	        (state = wire_receive(n->wire, &f)) == WIRE_GOOD) {
		delivery = deliver(n, &f);
		if (delivery != NO_ROOM)
			wire_next(n->wire, &f);
		delivered |= delivery == DELIVERED;
		left--;
	}
	if (delivered)
		queue_interrupt(&n->d->queue[NET_RECEIVE]);
	if (!left) /* what the wire holds already wakes the device thread no more */
		queue_ring(&n->d->queue[NET_RECEIVE]);
	*ret_room = delivery != NO_ROOM;
	return state;
}

enum wire_state
net_transmit(struct net_queues *n)
{
	enum wire_state state = WIRE_GOOD;
	struct chain *c = &n->chain;
	unsigned left = AT_ONCE;

	while (left && state == WIRE_GOOD && virtio_take(n->d, NET_TRANSMIT, c)) {
		if (c->in || c->out_len < WIRE_HEADER) {
			virtio_bad_request(n->d, NET_TRANSMIT,
			        "must be a frame with its header, and nothing to write");
			break;
		}
		state = wire_send(n->wire, c);
		queue_push(&n->d->queue[NET_TRANSMIT], c->head, 0);
		left--;
	}
	if (left < AT_ONCE)
		queue_interrupt(&n->d->queue[NET_TRANSMIT]);
	if (!left) /* what the guest has put there meanwhile it need not notify of */
		queue_ring(&n->d->queue[NET_TRANSMIT]);
	return state;
}
