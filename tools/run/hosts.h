/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's side of devices, but for disks: what is opened once, before the jail, and outlives
 * the guest's lives.
 */
#ifndef RUN_HOSTS_H
#define RUN_HOSTS_H

#include "tools/run/net/nets.h"
#include "tools/run/vhost/engine.h"
#include "tools/run/vhost/vsock.h"

struct hosts {
	struct engines engines;
	struct nets nets;
	struct vsock_host vsock;
};

/* Open what the options name. STATUS_GO_ON, or a sentence and a status. */
int hosts_open(const struct options *o, struct hosts *h);
void hosts_close(struct hosts *h);

/* Put the descriptors that the run needs at `fd`; their number, at most HOSTS_FDS. */
uint32_t hosts_descriptors(const struct hosts *h, int *fd);
#define HOSTS_FDS (OPTIONS_ENGINES * ENGINE_FDS + OPTIONS_NETS * NET_FDS + 1)

#endif
