/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device as a back end sees it: features, configuration, queues, and the moments at
 * which it is asked. How the guest reaches it is the transport's part (virtio_pci.h).
 *
 * Source: OASIS Virtual I/O Device 1.2, chapters 2 and 3. All functions of struct virtio_ops
 * but thread() and wake() run with the device's lock held.
 */
#ifndef RUN_VIRTIO_DEVICE_H
#define RUN_VIRTIO_DEVICE_H

#include <pthread.h>

#include "tools/run/virtio/loop.h"
#include "tools/run/virtio/queue.h"

#define VIRTIO_QUEUES 64
#define VIRTIO_CONFIG 256 /* bytes of a device's configuration, at most */

/* Feature bits of every device (chapter 6), as masks. */
#define VIRTIO_INDIRECT    (1ull << 28)
#define VIRTIO_EVENT_INDEX (1ull << 29)
#define VIRTIO_VERSION_1   (1ull << 32)
/* Those of the queues alone: queue.c has them; other engines are asked whether they do. */
#define VIRTIO_RING_FEATURES (VIRTIO_INDIRECT | VIRTIO_EVENT_INDEX)

/* 2.1: device status. */
#define VIRTIO_FEATURES_OK 0x08
#define VIRTIO_DRIVER_OK   0x04
#define VIRTIO_NEEDS_RESET 0x40

/* 5: device types. */
enum virtio_type {
	VIRTIO_NET = 1,
	VIRTIO_BLK = 2,
	VIRTIO_CONSOLE = 3,
	VIRTIO_RNG = 4,
	VIRTIO_SCSI = 8,
	VIRTIO_VSOCK = 19,
	VIRTIO_FS = 26,
};

struct virtio_device;

struct virtio_ops {
	/* DRIVER_OK: features and queues are final. False: virtio_broken() has said why. */
	bool (*start)(struct virtio_device *d);
	/* A reset by the guest, or the machine's end; only after start(). */
	void (*stop)(struct virtio_device *d);
	/* The guest has notified, in the device thread. NULL: someone else reads `kick`. */
	void (*notify)(struct virtio_device *d, uint16_t queue);
	/* The guest has written to d->config. NULL: it cannot. */
	void (*config_written)(struct virtio_device *d, uint32_t off, uint32_t len);
	/* The body of each of d->threads threads, which ends when d->over is set. */
	void (*thread)(struct virtio_device *d);
	/* d->over has been set, without the lock. NULL: each `kick` is rung. */
	void (*wake)(struct virtio_device *d);
	/* The end of this life of the guest: give back the device itself, too. May be NULL. */
	void (*release)(struct virtio_device *d);
};

struct virtio_device {
	/* Set before plug_add(): */
	const struct virtio_ops *ops;
	const char *name; /* for sentences: "disk root.img" */
	uint32_t type;    /* enum virtio_type, or what a daemon is for */
	uint64_t offered; /* feature bits; VERSION_1 is added */
	uint8_t config[VIRTIO_CONFIG];
	uint32_t config_len;
	uint16_t queues; /* and queue[].max */
	struct virtqueue queue[VIRTIO_QUEUES];
	uint16_t threads;

	/* Set by plug_add(): */
	const struct memory *mem;
	struct loop *loop;
	pthread_mutex_t lock;
	int config_call; /* eventfd: write 1 for an interrupt because of the configuration */

	/* Set by the transport: */
	uint64_t accepted; /* feature bits of the driver, final from start() on */
	uint8_t status;
	uint8_t generation; /* of the configuration */
	bool started;
	atomic_bool over; /* threads are to end */
};

static inline bool
virtio_has(const struct virtio_device *d, uint64_t feature)
{
	return (d->accepted & feature) == feature;
}

/* The configuration has changed: tell the driver. */
void virtio_config_changed(struct virtio_device *d);

/*
 * The guest, or the back end, does what cannot be gone on with: one sentence on standard error,
 * and DEVICE_NEEDS_RESET (2.1.2). Nothing more is taken from its queues until the reset.
 */
void virtio_broken(struct virtio_device *d, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Is the device running, and not broken? */
bool virtio_runs(const struct virtio_device *d);

/*
 * Take the next chain of a queue of a device that runs; false if there is none, or it is
 * broken, which was said.
 */
bool virtio_take(struct virtio_device *d, uint16_t queue, struct chain *ret_chain);

/* A chain that is no request of this device: says so, as virtio_broken(). */
void virtio_bad_request(struct virtio_device *d, uint16_t queue, const char *what);

#endif
