/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ethernet frames to and from the host: one by one through a tap device, which puts
 * virtio-net's own header before each, or in a stream to passt, which puts a length there.
 *
 * A frame that was received in part, or not sent whole, stays here when the guest resets its
 * device or itself, because the other side's stream goes on. Sources: virtio 1.2, 5.1.6; Linux
 * Documentation/networking/tuntap.rst; passt(1), which speaks as QEMU's stream sockets do.
 */
#ifndef RUN_NET_WIRE_H
#define RUN_NET_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/run/virtio/queue.h"

#define WIRE_HEADER 12u /* struct virtio_net_hdr_v1 */
#define WIRE_FRAME                                                                             \
	65550u /* bytes of a frame without it, at most: 64 KiB and Ethernet's own              \
	        */
#define WIRE_ROOM 131072u

struct wire {
	int fd; /* does not block */
	bool stream;
	int error; /* errno with which it has ended; 0: the other end has closed it */
	uint32_t in_at, in_end;   /* what was read and is not used up */
	uint32_t out_at, out_end; /* what was not written yet */
	uint8_t in[WIRE_ROOM];
	uint8_t out[WIRE_HEADER + WIRE_FRAME];
};

struct wire_frame {
	uint8_t header[WIRE_HEADER];
	const uint8_t *bytes;
	uint32_t len;
};

enum wire_state {
	WIRE_GOOD,
	WIRE_EMPTY, /* nothing more now */
	WIRE_ENDED, /* the other side is gone */
	WIRE_WRONG, /* it sent what is no frame */
};

void wire_init(struct wire *w, int fd, bool stream);

/* Look at the next frame, which stays the next until wire_next(). */
enum wire_state wire_receive(struct wire *w, struct wire_frame *ret_frame);
void wire_next(struct wire *w, const struct wire_frame *f);

/*
 * Send the frame that a chain has behind its header; one that is too long, or that the host
 * does not take, is lost, as on any network. Only while nothing is pending.
 */
enum wire_state wire_send(struct wire *w, const struct chain *c);

/* Write what is pending, as far as that goes now. */
enum wire_state wire_flush(struct wire *w);

static inline bool
wire_pending(const struct wire *w)
{
	return w->out_at < w->out_end;
}

#endif
