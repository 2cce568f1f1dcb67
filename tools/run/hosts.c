/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each kind in turn.
 */
#include "hosts.h"

int
hosts_open(const struct options *o, struct hosts *h)
{
	int status = engines_open(o, &h->engines);

	if (status == STATUS_GO_ON)
		status = nets_open(o, &h->nets);
	return status == STATUS_GO_ON ? vsock_open(o, &h->vsock) : status;
}

void
hosts_close(struct hosts *h)
{
	vsock_close(&h->vsock);
	nets_close(&h->nets);
	engines_close(&h->engines);
}

uint32_t
hosts_descriptors(const struct hosts *h, int *fd)
{
	uint32_t count = engines_descriptors(&h->engines, fd);

	count += nets_descriptors(&h->nets, fd + count);
	fd[count++] = vsock_descriptor(&h->vsock);
	return count;
}
