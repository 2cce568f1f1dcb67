/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's side of --vsock: the kernel's engine with the guest's address (CID) taken. It is
 * opened before the jail and outlives the guest's lives.
 */
#ifndef RUN_VHOST_VSOCK_H
#define RUN_VHOST_VSOCK_H

#include "tools/run/options.h"
#include "tools/run/vhost/kernel.h"

struct vsock_host {
	char name[24]; /* for sentences: "vsock 3" */
	uint32_t cid;  /* 0: there is none */
	struct vhost_kernel vhost;
};

/* Open it if the options ask for it. STATUS_GO_ON, or a sentence and a status. */
int vsock_open(const struct options *o, struct vsock_host *h);
/* One that was never opened, all zero, has nothing to close. */
void vsock_close(struct vsock_host *h);
/* -1: there is none. */
int vsock_descriptor(const struct vsock_host *h);

#endif
