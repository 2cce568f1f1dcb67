/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices of `kshim run` whose queues the host's kernel serves, against one that takes whatever
 * it is asked: which queues it is given, and when it is told to begin.
 */
#include "tests/unit/unit.h"

#undef fail /* the program's own is another */

#include <linux/vhost.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tools/run/vhost/kernel_device.h"
#include "tools/run/virtio/net.h"

#define TAP 77 /* no descriptor is looked at */

static unsigned given; /* a bit for each queue */
static int running;    /* what VHOST_VSOCK_SET_RUNNING said last */
static int backend[2]; /* what VHOST_NET_SET_BACKEND said last of each queue */
static struct virtio_device *d;

/* In place of kernel.c's, which ask the kernel. */
bool
vhost_kernel_ask(
        struct vhost_kernel *v, unsigned long request, void *argument, const char *what)
{
	const struct vhost_vring_file *f = argument;

	v->what = what;
	if (request == VHOST_VSOCK_SET_RUNNING)
		running = *(int *)argument;
	if (request == VHOST_NET_SET_BACKEND)
		backend[f->index] = f->fd;
	return true;
}

bool
vhost_kernel_begin(struct vhost_kernel *v, uint64_t accepted, const struct memory *mem)
{
	(void)v;
	(void)accepted;
	(void)mem;
	given = 0;
	return true;
}

bool
vhost_kernel_start(struct vhost_kernel *v, unsigned index, const struct virtqueue *q,
        const struct memory *mem, int wrong)
{
	(void)v;
	(void)q;
	(void)mem;
	(void)wrong;
	given |= 1u << index;
	return true;
}

/* In place of net.c's, tap.c's and loop.c's. */
uint64_t
net_offers(const struct net_host *h)
{
	(void)h;
	return NET_MAC;
}

bool
net_tap_offload(const struct net_host *h, uint64_t accepted)
{
	(void)h;
	(void)accepted;
	return true;
}

struct loop_source *
loop_add(struct loop *l, int fd, short events, void (*ready)(void *context, short events),
        void *context)
{
	(void)l;
	(void)fd;
	(void)events;
	(void)ready;
	(void)context;
	return NULL;
}

/* The driver of a life of the guest enables these queues, a bit for each. */
static bool
start(unsigned queues)
{
	d->status = 0;
	for (unsigned i = 0; i < d->queues; i++)
		d->queue[i].enabled = queues >> i & 1;
	d->started = d->ops->start(d);
	return d->started;
}

static void
begin(struct virtio_device *made)
{
	assert_non_null(made);
	d = made;
	d->config_call = eventfd(0, EFD_NONBLOCK);
}

static void
end(void)
{
	close(d->config_call);
	d->ops->release(d);
}

static void
a_vsock_is_served_with_both_queues_or_not(void **state)
{
	struct vsock_host host = {.vhost = VHOST_KERNEL_NONE, .name = "vsock 3", .cid = 3};

	(void)state;
	begin(vhost_vsock_make(&host));
	for (unsigned queues = 0; queues < 8; queues++) {
		bool both = (queues & 3) == 3;

		assert_int_equal(start(queues), both);
		assert_int_equal(running, both);
		assert_int_equal(d->status, both ? 0 : VIRTIO_NEEDS_RESET);
		if (both)
			assert_int_equal(given, 3); /* the last is for events */
		if (both)
			d->ops->stop(d);
		assert_int_equal(running, 0);
	}
	end();
}

static void
a_net_is_served_with_the_queues_that_it_has(void **state)
{
	struct net_host host = {.name = "net tap=t", .vhost = VHOST_KERNEL_NONE};

	(void)state;
	host.wire.fd = TAP;
	begin(vhost_net_make(&host));
	for (unsigned queues = 0; queues < 4; queues++) {
		assert_true(start(queues));
		assert_int_equal(given, queues);
		for (unsigned i = 0; i < 2; i++)
			assert_int_equal(backend[i], queues >> i & 1 ? TAP : -1);
		d->ops->stop(d);
		assert_int_equal(backend[0], -1);
		assert_int_equal(backend[1], -1);
	}
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_vsock_is_served_with_both_queues_or_not),
	        cmocka_unit_test(a_net_is_served_with_the_queues_that_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
