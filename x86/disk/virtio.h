/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device as far as reading a disk needs one (OASIS Virtual I/O Device 1.2): one queue,
 * one request at a time, polled.
 *
 * A transport (PCI, MMIO) says where the registers are; virtio.c negotiates, starts the queue
 * and makes requests, and leaves the device reset, as firmware does, so that the kernel finds
 * it new.
 */
#ifndef KSHIM_X86_VIRTIO_H
#define KSHIM_X86_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#define VIRTQ_SIZE 8   /* descriptors: a chain is shorter; no device offers fewer */
#define VIRTQ_USED 256 /* where the used ring starts, bytes; the legacy layout's alignment */

/* 2.7: the split virtqueue. In one page, as version 1 of MMIO wants it. */
struct virtq {
	struct virtq_desc {
		uint64_t addr;
		uint32_t len;
		uint16_t flags, next;
	} desc[VIRTQ_SIZE];
	struct {
		uint16_t flags, idx, ring[VIRTQ_SIZE], used_event;
	} avail;
	struct {
		uint16_t flags, idx;
		struct {
			uint32_t id, len;
		} ring[VIRTQ_SIZE];
		uint16_t avail_event;
	} used __attribute__((aligned(VIRTQ_USED)));
};

struct virtio;

/* Registers, by what they are for. A queue's index counts from 0. */
struct virtio_transport {
	uint8_t (*get_status)(struct virtio *v);
	void (*set_status)(struct virtio *v, uint8_t status);
	/* 32 feature bits, from bit 32 * `word` on. */
	uint32_t (*get_features)(struct virtio *v, uint32_t word);
	void (*set_features)(struct virtio *v, uint32_t word, uint32_t bits);
	/* Give the device queue `index` at v->queue; false if it has none, or a shorter one. */
	bool (*start_queue)(struct virtio *v, uint32_t index);
	void (*notify)(struct virtio *v, uint32_t index);
};

struct virtio {
	const struct virtio_transport *transport;
	volatile uint8_t *registers; /* MMIO: all of them; PCI: the common configuration */
	volatile uint8_t *config;    /* the device's own configuration */
	volatile uint8_t *doorbell;  /* PCI: where the queue is notified */
	uint64_t doorbells;          /* PCI: bytes of these, for all queues */
	uint32_t doorbell_step;      /* PCI: bytes for each notify offset */
	bool legacy;                 /* without VIRTIO_F_VERSION_1 */
	bool silent;                 /* it did not answer once: it is not asked again */
	uint64_t features;           /* agreed on */
	uint32_t index;              /* of the queue that was started */
	struct virtq *queue;
};

/* A part of a request, in guest memory. */
struct virtio_buffer {
	const void *at;
	uint32_t len; /* bytes */
	bool in;      /* the device writes it */
};

/*
 * Reset the device, take the features that are needed, start queue `index`, let it run.
 * *ret_what is the step that failed, in words, if it is false.
 */
bool virtio_start(struct virtio *v, uint32_t index, uint64_t wanted, const char **ret_what);

/* Make a request of at most VIRTQ_SIZE buffers and wait for its end; false if none comes. */
bool virtio_request(struct virtio *v, const struct virtio_buffer *buffer, unsigned count);

/* Leave the device as after a reset. */
void virtio_stop(struct virtio *v);

/* A little-endian field of the device's own configuration. */
uint32_t virtio_config32(const struct virtio *v, uint32_t off);

#endif
