/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From options to what is open.
 */
#include "nets.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
open_one(struct net_host *h, const struct option_net *o, uint32_t index)
{
	/* Locally administered; each has a network of its own, but for the guest's sake. */
	const uint8_t address[NET_ADDRESS] = {
	        0x52, 0x54, 0x00, 0x6b, 0x73, (uint8_t)(0x10 + index)};

	h->child = CHILD_NONE;
	h->vhost = VHOST_KERNEL_NONE;
	h->wire.fd = -1;
	memcpy(h->address, address, sizeof(address));
	if (o->interface)
		return net_open_tap(h, o->interface);
	return net_open_user(h);
}

int
nets_open(const struct options *o, struct nets *n)
{
	int status = STATUS_GO_ON;

	while (n->count < o->nets && status == STATUS_GO_ON) {
		struct net_host *h = &n->host[n->count];

		status = open_one(h, &o->net[n->count], n->count);
		/* A command's standard error is its own. */
		h->child.held = o->command.argv && !o->command.verbose;
		n->count++;
	}
	return status;
}

void
nets_close(struct nets *n)
{
	for (uint32_t i = 0; i < n->count; i++) {
		if (n->host[i].wire.fd >= 0)
			close(n->host[i].wire.fd);
		if (n->host[i].vhost.fd >= 0)
			close(n->host[i].vhost.fd);
	}
	for (uint32_t i = 0; i < n->count; i++)
		child_end(&n->host[i].child);
	n->count = 0;
}

uint32_t
nets_descriptors(const struct nets *n, int *fd)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n->count; i++) {
		fd[count++] = n->host[i].wire.fd;
		fd[count++] = n->host[i].vhost.fd;
		fd[count++] = n->host[i].child.ended;
		fd[count++] = n->host[i].child.messages;
	}
	return count;
}
