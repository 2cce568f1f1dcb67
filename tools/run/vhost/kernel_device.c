/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel is given the queues when the driver is ready, and they are taken back at a reset.
 */
#include "kernel_device.h"

#include <errno.h>
#include <linux/vhost.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tools/run/table.h"
#include "tools/run/virtio/net.h"

#define SERVED     2 /* queues of either device: from the guest and to it */
#define QUEUE_SIZE QUEUE_MAX

#define VSOCK_QUEUES    3           /* the last is for events, of which there are none */
#define VSOCK_SEQPACKET (1ull << 1) /* 5.10.3 */

struct kernel_device {
	struct virtio_device d;
	struct vhost_kernel *vhost;
	struct net_host *net; /* NULL: it is a vsock */
	int wrong;            /* eventfd: the kernel found nonsense in a queue */
};

static struct kernel_device *
kernel_of(struct virtio_device *d)
{
	return (struct kernel_device *)d;
}

/* Have the queues served, or no more. */
static bool
serve(struct kernel_device *k, bool on)
{
	int running = on;

	if (!k->net)
		return VHOST_KERNEL_ASK(k->vhost, VHOST_VSOCK_SET_RUNNING, &running);
	for (unsigned i = 0; i < SERVED; i++) {
		bool tap = on && k->d.queue[i].enabled;
		struct vhost_vring_file f = {i, tap ? k->net->wire.fd : -1};

		if (!VHOST_KERNEL_ASK(k->vhost, VHOST_NET_SET_BACKEND, &f))
			return false;
	}
	return true;
}

static bool
give_queues(struct kernel_device *k)
{
	struct virtio_device *d = &k->d;

	if (!vhost_kernel_begin(k->vhost, d->accepted, d->mem))
		return false;
	for (unsigned i = 0; i < SERVED; i++)
		if (d->queue[i].enabled &&
		        !vhost_kernel_start(k->vhost, i, &d->queue[i], d->mem, k->wrong))
			return false;
	k->vhost->what = "TUNSETOFFLOAD";
	return !k->net || net_tap_offload(k->net, d->accepted);
}

/*
 * The kernel serves both queues of a vsock or none: one that it was not given now would be
 * where it was in an earlier life of the guest.
 */
static bool
lacks_queue(const struct kernel_device *k)
{
	for (unsigned i = 0; !k->net && i < SERVED; i++)
		if (!k->d.queue[i].enabled)
			return true;
	return false;
}

static bool
start(struct virtio_device *d)
{
	struct kernel_device *k = kernel_of(d);

	if (lacks_queue(k)) {
		virtio_broken(d, "the driver has not enabled both queues for bytes");
		return false;
	}
	if (give_queues(k) && serve(k, true))
		return true;
	virtio_broken(d, "the host's kernel cannot serve it: %s: %s", k->vhost->what,
	        strerror(errno));
	serve(k, false);
	return false;
}

static void
stop(struct virtio_device *d)
{
	serve(kernel_of(d), false);
}

static void
release(struct virtio_device *d)
{
	if (kernel_of(d)->wrong >= 0)
		close(kernel_of(d)->wrong);
	free(d);
}

static const struct virtio_ops ops = {.start = start, .stop = stop, .release = release};

static struct kernel_device *
make(struct vhost_kernel *vhost, const char *name, uint32_t type, uint16_t queues)
{
	struct kernel_device *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->vhost = vhost;
	k->wrong = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (k->wrong < 0) {
		free(k);
		return NULL;
	}
	k->d.ops = &ops;
	k->d.name = name;
	k->d.type = type;
	k->d.queues = queues;
	for (uint16_t i = 0; i < queues; i++)
		k->d.queue[i].max = QUEUE_SIZE;
	return k;
}

struct virtio_device *
vhost_net_make(struct net_host *host)
{
	struct kernel_device *k = make(&host->vhost, host->name, VIRTIO_NET, SERVED);

	if (!k)
		return NULL;
	k->net = host;
	k->d.offered = net_offers(host) & (host->vhost.features | NET_MAC | NET_OFFLOADS);
	memcpy(k->d.config, host->address, NET_ADDRESS);
	k->d.config_len = NET_ADDRESS;
	return &k->d;
}

struct virtio_device *
vhost_vsock_make(struct vsock_host *host)
{
	struct kernel_device *k = make(&host->vhost, host->name, VIRTIO_VSOCK, VSOCK_QUEUES);

	if (!k)
		return NULL;
	k->d.offered = host->vhost.features & (VIRTIO_RING_FEATURES | VSOCK_SEQPACKET);
	table_put(k->d.config, host->cid, 8);
	k->d.config_len = 8;
	return &k->d;
}

static void
on_wrong(void *context, short events)
{
	struct kernel_device *k = context;
	uint64_t count;

	(void)events;
	pthread_mutex_lock(&k->d.lock);
	if (read(k->wrong, &count, sizeof(count)) == sizeof(count) && virtio_runs(&k->d)) {
		virtio_broken(&k->d, "the host's kernel found nonsense in its queues");
		serve(k, false);
	}
	pthread_mutex_unlock(&k->d.lock);
}

bool
vhost_kernel_watch(struct virtio_device *d)
{
	return loop_add(d->loop, kernel_of(d)->wrong, POLLIN, on_wrong, d) != NULL;
}
