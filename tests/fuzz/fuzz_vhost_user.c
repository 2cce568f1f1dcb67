/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the replies of a vhost-user daemon: the front end ends with success or a reason,
 * and after a reason nothing succeeds.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/unit/vhost_peer.h"
#include "tools/run/vhost/user.h"

static void
check_failure(struct vhost_user *v)
{
	uint8_t byte;

	REQUIRE(v->why[0]);
	REQUIRE(!vhost_user_stop(v, 0));
	REQUIRE(!vhost_user_read_config(v, 0, 1, &byte));
}

static bool
talk(struct vhost_user *v, int fd)
{
	const struct memory none = {.file = -1};
	const struct vhost_queue q = {.index = 1, .size = 2, .kick = fd, .call = fd};
	uint8_t config[VHOST_CONFIG];

	return vhost_user_open(v, fd) &&
	       (!(v->protocol & VHOST_PROTOCOL_CONFIG) ||
	               vhost_user_read_config(v, 0, sizeof(config), config)) &&
	       vhost_user_begin(v, v->features, &none) && vhost_user_start(v, &q) &&
	       vhost_user_stop(v, q.index);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhost_peer p;
	struct vhost_user v;

	REQUIRE(peer_make(&p));
	if (!size || peer_says(&p, data, size)) {
		peer_is_done(&p);
		if (!talk(&v, p.front))
			check_failure(&v);
	}
	peer_free(&p);
	return 0;
}
