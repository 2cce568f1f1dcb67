/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Engines of devices outside of this process: a daemon that speaks vhost-user, whether kshim
 * started it or not, and what the front end has to know of its kind of device.
 *
 * An engine outlives the guest's lives (--reboot again): it is opened before the jail closes,
 * and device.h plugs a device for it into each life.
 */
#ifndef RUN_VHOST_ENGINE_H
#define RUN_VHOST_ENGINE_H

#include "tools/run/options.h"
#include "tools/run/vhost/child.h"
#include "tools/run/vhost/user.h"

#define ENGINE_CONFIG 60 /* bytes of a configuration that a daemon is asked for, at most */

/* A kind of device that a daemon can serve. */
struct engine_type {
	const char *name; /* in --vhost-user */
	uint32_t id;      /* virtio 1.2, 5 */
	uint16_t queues;
	uint16_t config_len;
	uint64_t features; /* of bits 0 to 23, those that need nothing of the front end */
	uint64_t own;      /* those that the front end's own configuration gives */
};

struct engine {
	const struct engine_type *type;
	char name[160]; /* for sentences: "share /home/me" */
	struct vhost_user user;
	struct child child;
	uint64_t offered; /* feature bits for the guest */
	uint8_t config[ENGINE_CONFIG];
	char failure[sizeof(((struct vhost_user *)0)->why) + 200];
};

struct engines {
	uint32_t count;
	struct engine engine[OPTIONS_ENGINES];
};

/*
 * Start, reach and ask the engines that the options name. STATUS_GO_ON, or a sentence and a
 * status. engines_close() ends what was started.
 */
int engines_open(const struct options *o, struct engines *ret_engines);
void engines_close(struct engines *e);

/* Put the descriptors that the run needs at `fd`; their number, at most ENGINE_FDS each. */
uint32_t engines_descriptors(const struct engines *e, int *fd);
#define ENGINE_FDS 3

/*
 * Start virtiofsd for a directory; share.c. *ret_fd is the front end's socket. STATUS_GO_ON, or
 * a sentence and a status.
 */
int engine_start_share(struct engine *e, const struct option_engine *o, int *ret_fd);

#endif
