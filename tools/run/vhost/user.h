/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A daemon that is the engine of a device, spoken to by vhost-user: what it can, its queues'
 * start and stop. What it answers is checked; one that answers wrongly or not at all has
 * failed.
 */
#ifndef RUN_VHOST_USER_H
#define RUN_VHOST_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/run/memory.h"

struct vhost_user {
	int fd;            /* the daemon's socket */
	uint64_t features; /* that it offers to the guest's driver */
	uint64_t protocol; /* protocol features in force */
	uint64_t queues;   /* that it has; 0: it does not say */
	char why[160];     /* it has failed: nothing more is asked of it */
	bool has_protocol; /* protocol features are used at all */
};

/* A queue as vhost_user_start() hands it over; addresses are the guest's. */
struct vhost_queue {
	uint16_t index, size;
	uint64_t desc, driver, device;
	int kick, call; /* eventfds */
};

/*
 * Ask the daemon behind the socket `fd` what it can. All functions are false, with a reason in
 * `why`, if it fails, and then for good.
 */
bool vhost_user_open(struct vhost_user *v, int fd);

/* Read, write `len` bytes of the device's configuration; only with VHOST_PROTOCOL_CONFIG. */
bool vhost_user_read_config(
        struct vhost_user *v, uint32_t off, uint32_t len, uint8_t *ret_bytes);
bool vhost_user_write_config(
        struct vhost_user *v, uint32_t off, uint32_t len, const uint8_t *bytes);

/* Give it the driver's features and the guest's memory, which is shared; then each queue. */
bool vhost_user_begin(struct vhost_user *v, uint64_t accepted, const struct memory *mem);
bool vhost_user_start(struct vhost_user *v, const struct vhost_queue *q);

/* Take a queue back: what it has begun is done when this returns. */
bool vhost_user_stop(struct vhost_user *v, uint16_t index);

#endif
