/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices whose queues the host's kernel serves: virtio-net on a tap device (Virtual I/O Device
 * 1.2, 5.1) and virtio-vsock (5.10).
 */
#ifndef RUN_VHOST_KERNEL_DEVICE_H
#define RUN_VHOST_KERNEL_DEVICE_H

#include "tools/run/net/nets.h"
#include "tools/run/vhost/vsock.h"
#include "tools/run/virtio/device.h"

/* NULL with errno if the host cannot. What they are made on stays. */
struct virtio_device *vhost_net_make(struct net_host *host);
struct virtio_device *vhost_vsock_make(struct vsock_host *host);

/* Behind plug_add(): listen to what the kernel says; false with errno. */
bool vhost_kernel_watch(struct virtio_device *d);

#endif
