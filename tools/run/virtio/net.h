/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-net (Virtual I/O Device 1.2, 5.1) in this process, on what nets.h has opened.
 */
#ifndef RUN_VIRTIO_NET_H
#define RUN_VIRTIO_NET_H

#include "tools/run/ending.h"
#include "tools/run/net/nets.h"
#include "tools/run/virtio/net_frames.h"

/* What the device offers on that host, beside VERSION_1. */
uint64_t net_offers(const struct net_host *h);

/* NULL with errno if there is no memory. `host` stays. */
struct virtio_device *net_make(struct net_host *host, struct ending *ending);

/* Behind plug_add(): listen to the host; false with errno. */
bool net_watch(struct virtio_device *d);

#endif
