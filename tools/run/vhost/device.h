/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device whose engine is a daemon: it is given the queues when the driver is ready, and they
 * are taken back at a reset. If the daemon fails or ends, the run ends with a sentence, because
 * drivers do not recover from that: Linux would wait for its answers for ever.
 */
#ifndef RUN_VHOST_DEVICE_H
#define RUN_VHOST_DEVICE_H

#include "tools/run/ending.h"
#include "tools/run/vhost/engine.h"
#include "tools/run/virtio/device.h"

/* A device for one life of the guest; NULL with errno if there is no memory for it. */
struct virtio_device *vhost_device_make(struct engine *e, struct ending *ending);

/* Once it is plugged in: look after the daemon in the device thread. False with errno. */
bool vhost_device_watch(struct virtio_device *d);

#endif
