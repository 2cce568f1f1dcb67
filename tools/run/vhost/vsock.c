/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /dev/vhost-vsock, and what is wrong if it cannot be used.
 */
#include "vsock.h"

#include <errno.h>
#include <linux/vhost.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEVICE "/dev/vhost-vsock"

static int
not_open(int error)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return fail(STATUS_HOST,
		        "--vsock: " DEVICE
		        " is missing: load the module vhost_vsock (modprobe vhost_vsock, as root)");
	case EACCES:
	case EPERM:
		return fail(STATUS_HOST,
		        "--vsock: " DEVICE
		        " is forbidden: join the group that owns it (usermod -aG kvm YOU, as root; then log in again)");
	default:
		return fail(STATUS_HOST, "--vsock: " DEVICE ": %s", strerror(error));
	}
}

int
vsock_open(const struct options *o, struct vsock_host *h)
{
	uint64_t cid = o->vsock;

	h->vhost = VHOST_KERNEL_NONE;
	h->cid = o->vsock;
	if (!cid)
		return STATUS_GO_ON;
	snprintf(h->name, sizeof(h->name), "vsock %u", o->vsock);
	if (!vhost_kernel_open(&h->vhost, DEVICE))
		return not_open(errno);
	if (VHOST_KERNEL_ASK(&h->vhost, VHOST_VSOCK_SET_GUEST_CID, &cid))
		return STATUS_GO_ON;
	return fail(STATUS_HOST, "--vsock: the CID %u is %s", o->vsock,
	        errno == EADDRINUSE ? "another guest's" : strerror(errno));
}

void
vsock_close(struct vsock_host *h)
{
	if (h->cid && h->vhost.fd >= 0)
		close(h->vhost.fd);
	h->vhost.fd = -1;
}

int
vsock_descriptor(const struct vsock_host *h)
{
	return h->cid ? h->vhost.fd : -1;
}
