/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's kernel as the engine of a device: /dev/vhost-net, /dev/vhost-vsock. It is given
 * the queues, and moves their bytes in threads of its own.
 *
 * Source: Linux include/uapi/linux/vhost.h, as of 6.1.
 */
#ifndef RUN_VHOST_KERNEL_H
#define RUN_VHOST_KERNEL_H

#include "tools/run/memory.h"
#include "tools/run/virtio/queue.h"

struct vhost_kernel {
	int fd; /* -1: there is none */
	uint64_t features;
	const char *what; /* the request that failed last */
};

/* What is not open. */
#define VHOST_KERNEL_NONE ((struct vhost_kernel){.fd = -1})

/*
 * Open one by its path, for this process's memory. All functions are false with errno and
 * `what` if that fails.
 */
bool vhost_kernel_open(struct vhost_kernel *v, const char *path);

/* One request, by its name. */
#define VHOST_KERNEL_ASK(v, request, argument) vhost_kernel_ask(v, request, argument, #request)
bool vhost_kernel_ask(
        struct vhost_kernel *v, unsigned long request, void *argument, const char *what);

/* Give it the driver's features and the guest's memory; then each queue. */
bool vhost_kernel_begin(struct vhost_kernel *v, uint64_t accepted, const struct memory *mem);

/* `wrong` is an eventfd that is rung when the kernel finds nonsense in the queue. */
bool vhost_kernel_start(struct vhost_kernel *v, unsigned index, const struct virtqueue *q,
        const struct memory *mem, int wrong);

#endif
