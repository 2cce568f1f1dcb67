/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From options to daemons that have said what they can.
 *
 * Sources: virtio 1.2, 5.1 to 5.20 for feature bits and configurations. A feature that the
 * front end would have a part in (a control queue, a notification queue) is not passed on.
 */
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/run/vhost/message.h"
#include "tools/run/virtio/device.h"

#define BITS(from, to) ((1ull << ((to) + 1)) - (1ull << (from)))
#define ANY_TYPE       BITS(0, 23)

#define NET_FEATURES (BITS(0, 1) | BITS(7, 15))   /* checksums, segments, merged buffers */
#define NET_OWN      BITS(5, 5)                   /* an address in the configuration */
#define BLK_FEATURES (BITS(1, 11) | BITS(13, 14)) /* one queue, 60 bytes of configuration */
#define CONSOLE_SIZE BITS(0, 0)

static const struct engine_type types[] = {
        {"net", VIRTIO_NET, 2, 6, NET_FEATURES, NET_OWN},
        {"blk", VIRTIO_BLK, 1, 60, BLK_FEATURES, 0},
        {"console", VIRTIO_CONSOLE, 2, 4, CONSOLE_SIZE, 0},
        {"rng", VIRTIO_RNG, 1, 0, 0, 0},
        {"scsi", VIRTIO_SCSI, 3, 36, ANY_TYPE, 0},
        {"vsock", VIRTIO_VSOCK, 3, 8, ANY_TYPE, 0},
        {"fs", VIRTIO_FS, 2, 40, 0, 0},
};

/* Locally administered; one network of a run has only this one guest. */
static const uint8_t own_address[6] = {0x52, 0x54, 0x00, 0x6b, 0x73, 0x01};

static const struct engine_type *
find_type(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(types[i].name, name))
			return &types[i];
	return NULL;
}

static int
connect_to(const char *path, int *ret_fd)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof(a.sun_path))
		return fail(STATUS_USAGE,
		        "--vhost-user: the path of a socket has at most %zu bytes: %s",
		        sizeof(a.sun_path) - 1, path);
	memcpy(a.sun_path, path, len + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		return fail(STATUS_HOST, "cannot reach the vhost-user daemon at %s: %s", path,
		        strerror(error));
	}
	*ret_fd = fd;
	return STATUS_GO_ON;
}

/* The configuration that the front end makes where the daemon does not. */
static bool
own_config(struct engine *e, const struct option_engine *o)
{
	if (e->type->id == VIRTIO_NET) {
		memcpy(e->config, own_address, sizeof(own_address));
		e->offered |= e->type->own;
		return true;
	}
	if (e->type->id == VIRTIO_FS) { /* tag, padded with NULs; one request queue */
		memcpy(e->config, o->tag, strlen(o->tag));
		e->config[36] = 1;
		return true;
	}
	return !e->type->config_len;
}

static int
failed(struct engine *e, const char *why)
{
	child_say_all(&e->child);
	return fail(STATUS_HOST, "%s: %s", e->name, why);
}

static int
ask(struct engine *e, const struct option_engine *o)
{
	struct vhost_user *v = &e->user;

	if (!(v->features & VIRTIO_VERSION_1))
		return failed(e, "the daemon knows no virtio 1");
	if (v->queues && v->queues < e->type->queues)
		return failed(e, "the daemon has too few queues for such a device");
	e->offered = v->features & (e->type->features | VIRTIO_RING_FEATURES);
	if (o->kind == OPTION_ENGINE_SOCKET && !*o->tag && e->type->config_len &&
	        (v->protocol & VHOST_PROTOCOL_CONFIG))
		return vhost_user_read_config(v, 0, e->type->config_len, e->config)
		               ? STATUS_GO_ON
		               : failed(e, v->why);
	if (e->type->id == VIRTIO_FS && !*o->tag)
		return failed(e, "the daemon does not tell its tag: add ,tag=TAG");
	if (!own_config(e, o))
		return failed(e, "the daemon does not tell the device's configuration");
	return STATUS_GO_ON;
}

static int
reach(struct engine *e, const struct option_engine *o, int *ret_fd)
{
	switch (o->kind) {
	case OPTION_ENGINE_SHARE:
		snprintf(e->name, sizeof(e->name), "share %s", o->path);
		e->type = find_type("fs");
		return engine_start_share(e, o, ret_fd);
	default:
		snprintf(e->name, sizeof(e->name), "vhost-user %s=%s", o->type, o->path);
		e->type = find_type(o->type);
		if (!e->type)
			return fail(STATUS_USAGE,
			        "--vhost-user: '%s' is no device; those known are net, blk, console, rng, scsi, vsock, fs",
			        o->type);
		return connect_to(o->path, ret_fd);
	}
}

static int
open_one(struct engine *e, const struct option_engine *o)
{
	int fd = -1, status;

	e->child = CHILD_NONE;
	e->user.fd = -1;
	status = reach(e, o, &fd);
	if (status != STATUS_GO_ON)
		return status;
	if (!vhost_user_open(&e->user, fd))
		return failed(e, e->user.why);
	return ask(e, o);
}

int
engines_open(const struct options *o, struct engines *ret_engines)
{
	struct engines *e = ret_engines;
	int status = STATUS_GO_ON;

	while (e->count < o->engines && status == STATUS_GO_ON) {
		status = open_one(&e->engine[e->count], &o->engine[e->count]);
		e->count++;
	}
	return status;
}

void
engines_close(struct engines *e)
{
	for (uint32_t i = 0; i < e->count; i++)
		if (e->engine[i].user.fd >= 0)
			close(e->engine[i].user.fd);
	for (uint32_t i = 0; i < e->count; i++)
		child_end(&e->engine[i].child);
	e->count = 0;
}

uint32_t
engines_descriptors(const struct engines *e, int *fd)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < e->count; i++) {
		fd[n++] = e->engine[i].user.fd;
		fd[n++] = e->engine[i].child.ended;
		fd[n++] = e->engine[i].child.messages;
	}
	return n;
}
