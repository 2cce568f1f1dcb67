/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's side of --net: passt, which this process starts, or a tap device. It is opened
 * before the jail and outlives the guest's lives.
 */
#ifndef RUN_NET_NETS_H
#define RUN_NET_NETS_H

#include "tools/run/net/wire.h"
#include "tools/run/options.h"
#include "tools/run/vhost/child.h"
#include "tools/run/vhost/kernel.h"

#define NET_ADDRESS 6

struct net_host {
	char name[40]; /* for sentences: "net user" */
	bool is_tap;
	uint8_t address[NET_ADDRESS]; /* of the guest's end */
	struct wire wire;
	struct child child;        /* passt */
	struct vhost_kernel vhost; /* serves a tap device, where the host has it */
	char failure[160];
};

struct nets {
	uint32_t count;
	struct net_host host[OPTIONS_NETS];
};

/* Open those of the options. STATUS_GO_ON, or a sentence and a status. */
int nets_open(const struct options *o, struct nets *n);
void nets_close(struct nets *n);

/* Put the descriptors that the run needs at `fd`; their number, at most NET_FDS each. */
uint32_t nets_descriptors(const struct nets *n, int *fd);
#define NET_FDS 4

/* One of each kind; passt.c, tap.c. */
int net_open_user(struct net_host *h);
int net_open_tap(struct net_host *h, const char *interface);

/* What the guest's driver will do is what the tap device may leave to it; false with errno. */
bool net_tap_offload(const struct net_host *h, uint64_t accepted);

#endif
