/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From options to devices, in the order of the slots.
 */
#include "plug_devices.h"

#include <errno.h>
#include <string.h>

#include "tools/guest/protocol.h"
#include "tools/run/vhost/device.h"
#include "tools/run/vhost/kernel_device.h"
#include "tools/run/virtio/blk.h"
#include "tools/run/virtio/console.h"
#include "tools/run/virtio/net.h"
#include "tools/run/virtio/rng.h"

bool
plug_wanted(const struct options *o)
{
	return o->rng || o->console || o->disks.count || o->engines || o->nets || o->vsock;
}

static int
add(struct plug *p, const char *what, struct virtio_device *d)
{
	if (d && plug_add(p, d))
		return STATUS_GO_ON;
	if (errno == ENOSPC)
		return fail(STATUS_USAGE, "%s: too many devices, there is room for %d", what,
		        PCI_SLOTS - 1);
	return fail(STATUS_HOST, "cannot make %s: %s", what, strerror(errno));
}

/* A device that listens to the host once it is plugged in. */
static int
add_listening(struct plug *p, const char *what, struct virtio_device *d,
        bool (*watch)(struct virtio_device *d))
{
	int status = add(p, what, d);

	if (status == STATUS_GO_ON && !watch(d))
		status = fail(STATUS_HOST, "cannot make %s: %s", what, strerror(errno));
	return status;
}

/* Behind those of --net, whose cards init counts from the first: cards_of() in prepare.c. */
static int
add_engines(struct plug *p, struct engines *engines, struct ending *ending)
{
	int status = STATUS_GO_ON;

	for (uint32_t i = 0; i < engines->count && status == STATUS_GO_ON; i++) {
		struct engine *e = &engines->engine[i];

		status = add_listening(
		        p, e->name, vhost_device_make(e, ending), vhost_device_watch);
	}
	return status;
}

static int
add_nets(struct plug *p, struct nets *nets, struct ending *ending)
{
	int status = STATUS_GO_ON;

	for (uint32_t i = 0; i < nets->count && status == STATUS_GO_ON; i++) {
		struct net_host *h = &nets->host[i];
		bool kernel = h->vhost.fd >= 0;

		status = add_listening(p, h->name,
		        kernel ? vhost_net_make(h) : net_make(h, ending),
		        kernel ? vhost_kernel_watch : net_watch);
	}
	return status;
}

static bool
typed(void *console, const uint8_t *bytes, size_t len, size_t *ret_taken)
{
	return console_send(console, 0, bytes, len, ret_taken);
}

static int
add_console(struct plug *p, struct devices *devices)
{
	struct console_port_spec spec = {.is_console = true,
	        .in = -1,
	        .out = -1,
	        .print = devices_print,
	        .context = devices};
	struct virtio_device *d;
	int status;

	terminal_size(&spec.cols, &spec.rows);
	d = console_make(&spec, 1);
	status = add(p, "--console", d);
	if (status != STATUS_GO_ON)
		return status;
	p->console = d;
	devices->typed = typed;
	devices->typed_context = d;
	return status;
}

int
plug_devices(struct plug *p, const struct options *o, struct hosts *hosts,
        const struct layout *layout, const struct memory *mem, struct devices *devices)
{
	struct ending *ending = devices->ending;
	int status;

	if (!plug_wanted(o))
		return STATUS_GO_ON;
	if (!plug_init(p, layout, mem, devices->vm, ending))
		return fail(STATUS_HOST, "cannot make the PCI bus: %s", strerror(errno));
	status = add(p, "the random number generator", rng_make());
	for (uint32_t i = 0; i < o->disks.count && status == STATUS_GO_ON; i++)
		status = add(p, o->disks.file[i].path, blk_make(&o->disks.file[i]));
	if (status == STATUS_GO_ON)
		status = add_nets(p, &hosts->nets, ending);
	if (status == STATUS_GO_ON && o->vsock)
		status = add_listening(p, hosts->vsock.name, vhost_vsock_make(&hosts->vsock),
		        vhost_kernel_watch);
	if (status == STATUS_GO_ON)
		status = add_engines(p, &hosts->engines, ending);
	if (status == STATUS_GO_ON && o->console)
		status = add_console(p, devices);
	return status;
}

int
plug_command(struct plug *p, int port)
{
	const struct console_port_spec spec = {.name = GUEST_PORT, .in = port, .out = port};

	return add_listening(p, "the command's port", console_make(&spec, 1), console_watch);
}
