/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A split virtqueue from the device's side: chains of descriptors into buffers, and back.
 *
 * Source: OASIS Virtual I/O Device 1.2, section 2.7. The guest may write to all of it at any
 * time, so each field is read once, and what was read is checked: indices, lengths, addresses
 * through memory_at(), the number of descriptors (a loop has too many). The caller holds the
 * device's lock.
 */
#ifndef RUN_VIRTIO_QUEUE_H
#define RUN_VIRTIO_QUEUE_H

#include <stdatomic.h>
#include <sys/uio.h>

#include "tools/run/memory.h"

#define QUEUE_MAX 256 /* descriptors, the most that a device of ours offers */

/* A table that a descriptor names may lie at any address. */
struct virtq_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
} __attribute__((packed));

struct virtq_avail {
	uint16_t flags;
	_Atomic uint16_t idx;
	uint16_t ring[]; /* then used_event */
};

struct virtq_used {
	uint16_t flags;
	_Atomic uint16_t idx;
	struct {
		uint32_t id, len;
	} ring[]; /* then avail_event */
};

struct virtqueue {
	uint16_t max;  /* descriptors that are offered, a power of two */
	uint16_t size; /* that the driver wants */
	bool enabled;
	uint64_t desc, driver, device; /* guest addresses of table, avail and used ring */
	int kick;                      /* eventfd: the guest has notified */
	int call;                      /* eventfd: write 1 to interrupt the guest */
	uint16_t vector;               /* of MSI-X */
	uint32_t wired;                /* GSI that `call` is connected to, or WIRED_NONE */
	void *transport;               /* the struct virtio_pci that it belongs to */
	struct loop_source *line;      /* reads `call` while there is no MSI-X */
	/* Of a device in this process, from queue_start() on: */
	bool event_index;
	const volatile struct virtq_desc *table;
	volatile struct virtq_avail *avail;
	volatile struct virtq_used *used;
	uint16_t next_avail, next_used;
	uint16_t told; /* used->idx when the guest was last interrupted, or need not be */
};

/* One chain: first what the device reads, then what it writes. */
struct chain {
	uint16_t head;
	uint32_t out, in; /* buffers */
	uint64_t out_len, in_len;
	struct iovec buffer[QUEUE_MAX]; /* the `out` first ones, then the `in` others */
	const char *what;               /* QUEUE_BROKEN: what is wrong with it, in words */
	uint32_t where;                 /* the descriptor, or index, that is wrong */
};

enum queue_state { QUEUE_EMPTY, QUEUE_CHAIN, QUEUE_BROKEN };

/* Are the queue's three parts in memory and aligned? *ret_what is which is not, if false. */
bool queue_check(const struct virtqueue *q, const struct memory *mem, const char **ret_what);

/* Begin to use an enabled queue that has been checked. */
void queue_start(struct virtqueue *q, const struct memory *mem, bool event_index);

/*
 * Take the next chain. QUEUE_EMPTY: there was none, and the guest will notify of the next.
 * QUEUE_BROKEN: what the guest wrote is none; ret_chain->what says why.
 */
enum queue_state queue_pop(
        struct virtqueue *q, const struct memory *mem, struct chain *ret_chain);

/* Put a chain back that was taken last. */
void queue_unpop(struct virtqueue *q);

/* Give a chain back, of which the device has written `len` bytes. */
void queue_push(struct virtqueue *q, uint16_t head, uint32_t len);

/* Notify as the guest does, so that a thread of the device looks at the queue once more. */
void queue_ring(const struct virtqueue *q);

/* Interrupt the guest for what was pushed, if it wants to know. */
void queue_interrupt(struct virtqueue *q);

/* Is there a chain? If not the guest will notify of the next. */
bool queue_ask(struct virtqueue *q);

/* Copy from the read part, from its byte `off` on, or to the written one; bytes that were
 * there. */
size_t chain_read(const struct chain *c, uint64_t off, void *out, size_t len);
size_t chain_write(const struct chain *c, uint64_t off, const void *bytes, size_t len);

#endif
