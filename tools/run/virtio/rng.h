/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-rng (Virtual I/O Device 1.2, 5.4): random bytes of the host's kernel.
 */
#ifndef RUN_VIRTIO_RNG_H
#define RUN_VIRTIO_RNG_H

#include "tools/run/virtio/device.h"

/* NULL with errno if there is no memory. */
struct virtio_device *rng_make(void);

#endif
