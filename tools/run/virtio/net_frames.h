/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames between the queues of a virtio-net and the wire to the host.
 */
#ifndef RUN_VIRTIO_NET_FRAMES_H
#define RUN_VIRTIO_NET_FRAMES_H

#include "tools/run/net/wire.h"
#include "tools/run/virtio/device.h"

/* virtio 1.2, 5.1.3: feature bits. */
#define NET_CSUM       (1ull << 0)
#define NET_GUEST_CSUM (1ull << 1)
#define NET_MAC        (1ull << 5)
#define NET_GUEST_TSO4 (1ull << 7)
#define NET_GUEST_TSO6 (1ull << 8)
#define NET_GUEST_ECN  (1ull << 9)
#define NET_HOST_TSO4  (1ull << 11)
#define NET_HOST_TSO6  (1ull << 12)
#define NET_HOST_ECN   (1ull << 13)
#define NET_MERGE      (1ull << 15) /* a frame may fill several buffers */

/* What needs virtio-net's header on the host, which only a tap device has. */
#define NET_OFFLOADS                                                                           \
	(NET_CSUM | NET_GUEST_CSUM | NET_GUEST_TSO4 | NET_GUEST_TSO6 | NET_GUEST_ECN |         \
	        NET_HOST_TSO4 | NET_HOST_TSO6 | NET_HOST_ECN)

struct net_queues {
	struct virtio_device *d;
	struct wire *wire;
	struct chain chain;
	struct {
		uint16_t head;
		uint32_t len;
	} taken[QUEUE_MAX]; /* what a frame is being written to */
};

enum { NET_RECEIVE, NET_TRANSMIT, NET_QUEUES };

/*
 * Frames of the host into buffers of the guest, until there are no more of either or it is
 * another device's turn. *ret_room: as far as is known there are buffers left.
 */
enum wire_state net_receive(struct net_queues *n, bool *ret_room);

/* Frames of the guest to the host, while it takes them, or until it is another device's turn.
 */
enum wire_state net_transmit(struct net_queues *n);

#endif
