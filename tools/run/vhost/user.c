/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vhost-user's front end: one request at a time, and its reply if it has one.
 *
 * The daemon can do with the guest's memory what it likes, and cut its file (memory_file.h),
 * but has nothing of this process: of a reply no more is read than the request may have, no
 * descriptor is taken from the socket, and each number is looked at. A daemon is told the
 * guest's addresses in place of ours, as the table of memory lets the front end choose them.
 * Source: message.h.
 */
#include "user.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "tools/run/clock.h"
#include "tools/run/transient.h"
#include "tools/run/vhost/message.h"

#define PATIENCE_MS 30000 /* for one reply */
#define USABLE      (VHOST_PROTOCOL_MQ | VHOST_PROTOCOL_REPLY_ACK | VHOST_PROTOCOL_CONFIG)

#define FAIL(v, ...) (snprintf((v)->why, sizeof((v)->why), __VA_ARGS__), false)

/* A message on its way out. */
struct message {
	enum vhost_request request;
	const void *payload;
	uint32_t size;
	const int *fd; /* descriptors that go with it */
	uint32_t fds;
};

static bool
send_message(struct vhost_user *v, const struct message *m, bool need_reply)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(int) * VHOST_REGIONS)] = {0};
	struct vhost_header h = {(uint32_t)m->request,
	        VHOST_VERSION | (need_reply ? VHOST_NEED_REPLY : 0), m->size};
	struct iovec io[] = {{&h, sizeof(h)}, {(void *)m->payload, m->size}};
	struct msghdr msg = {.msg_iov = io, .msg_iovlen = m->size ? 2 : 1};
	ssize_t n;

	if (*v->why)
		return false; /* what it says now may answer an older request */
	if (m->fds) {
		struct cmsghdr *c = (struct cmsghdr *)control;

		*c = (struct cmsghdr){CMSG_LEN(sizeof(int) * m->fds), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(c), m->fd, sizeof(int) * m->fds);
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * m->fds);
	}
	do
		n = sendmsg(v->fd, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)(sizeof(h) + m->size))
		return true;
	return FAIL(v, "it takes no request %u: %s", (unsigned)m->request,
	        n < 0 ? strerror(errno) : "its socket is full");
}

static uint64_t
now_ms(void)
{
	return clock_ns() / 1000000;
}

/* Read exactly `len` bytes. recv() drops descriptors that come with them. */
static bool
receive(struct vhost_user *v, uint32_t request, void *out, size_t len)
{
	struct pollfd p = {.fd = v->fd, .events = POLLIN};
	uint64_t began = now_ms(), waited;
	uint8_t *at = out;

	while (len) {
		ssize_t n = recv(v->fd, at, len, MSG_DONTWAIT);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (n == 0) {
			return FAIL(v, "it ended the connection at request %u", request);
		} else if (!is_transient()) {
			return FAIL(v, "its reply to request %u cannot be read: %s", request,
			        strerror(errno));
		} else if ((waited = now_ms() - began) > PATIENCE_MS) {
			return FAIL(v, "no reply to request %u within %d s", request,
			        PATIENCE_MS / 1000);
		} else {
			poll(&p, 1, (int)(PATIENCE_MS - waited) + 1);
		}
	}
	return true;
}

static bool
receive_reply(struct vhost_user *v, uint32_t request, void *ret_payload, uint32_t size)
{
	struct vhost_header h;

	if (!receive(v, request, &h, sizeof(h)))
		return false;
	if (h.request != request)
		return FAIL(v, "a reply to request %u where %u was asked", h.request, request);
	if ((h.flags & (VHOST_VERSION_MASK | VHOST_REPLY)) != (VHOST_VERSION | VHOST_REPLY))
		return FAIL(v, "the reply to request %u has flags 0x%x", request, h.flags);
	if (h.size != size)
		return FAIL(v, "the reply to request %u has %u bytes, not %u", request, h.size,
		        size);
	return receive(v, request, ret_payload, size);
}

/* A request that has no reply of its own; the daemon says whether it did it, if it can. */
static bool
tell(struct vhost_user *v, const struct message *m)
{
	bool acknowledged = v->protocol & VHOST_PROTOCOL_REPLY_ACK;
	uint64_t failed = 0;

	if (!send_message(v, m, acknowledged))
		return false;
	if (acknowledged && !receive_reply(v, m->request, &failed, sizeof(failed)))
		return false;
	return !failed || FAIL(v, "it could not do request %u", (unsigned)m->request);
}

static bool
tell_number(struct vhost_user *v, enum vhost_request request, uint64_t number)
{
	return tell(v, &(struct message){request, &number, sizeof(number), NULL, 0});
}

static bool
tell_vring(struct vhost_user *v, enum vhost_request request, uint16_t index, uint32_t num)
{
	struct vhost_vring_number state = {index, num};

	return tell(v, &(struct message){request, &state, sizeof(state), NULL, 0});
}

static bool
tell_event(struct vhost_user *v, enum vhost_request request, uint16_t index, int fd)
{
	uint64_t number = index;

	return tell(v, &(struct message){request, &number, sizeof(number), &fd, 1});
}

static bool
ask_number(struct vhost_user *v, enum vhost_request request, uint64_t *ret_number)
{
	struct message m = {.request = request};

	return send_message(v, &m, false) &&
	       receive_reply(v, (uint32_t)request, ret_number, sizeof(*ret_number));
}

static bool
agree_on_protocol(struct vhost_user *v)
{
	uint64_t offered;

	if (!ask_number(v, VHOST_GET_PROTOCOL_FEATURES, &offered) ||
	        !tell_number(v, VHOST_SET_PROTOCOL_FEATURES, offered & USABLE))
		return false;
	v->protocol = offered & USABLE;
	return true;
}

bool
vhost_user_open(struct vhost_user *v, int fd)
{
	uint64_t features;

	*v = (struct vhost_user){.fd = fd};
	if (!ask_number(v, VHOST_GET_FEATURES, &features))
		return false;
	v->has_protocol = features & VHOST_F_PROTOCOL_FEATURES;
	v->features = features & ~VHOST_F_PROTOCOL_FEATURES;
	if (v->has_protocol && !agree_on_protocol(v))
		return false;
	if (!tell(v, &(struct message){.request = VHOST_SET_OWNER}))
		return false;
	return !(v->protocol & VHOST_PROTOCOL_MQ) ||
	       ask_number(v, VHOST_GET_QUEUE_NUM, &v->queues);
}

static uint32_t
config_size(uint32_t len)
{
	return (uint32_t)offsetof(struct vhost_config, payload) + len;
}

bool
vhost_user_read_config(struct vhost_user *v, uint32_t off, uint32_t len, uint8_t *ret_bytes)
{
	struct vhost_config c = {.offset = off, .size = len};
	struct message m = {VHOST_GET_CONFIG, &c, config_size(len), NULL, 0};

	if (!send_message(v, &m, false) ||
	        !receive_reply(v, VHOST_GET_CONFIG, &c, config_size(len)))
		return false;
	if (c.offset != off || c.size != len)
		return FAIL(v, "it gave bytes %u to %u of its configuration, not %u to %u",
		        c.offset, c.offset + c.size, off, off + len);
	memcpy(ret_bytes, c.payload, len);
	return true;
}

bool
vhost_user_write_config(struct vhost_user *v, uint32_t off, uint32_t len, const uint8_t *bytes)
{
	struct vhost_config c = {.offset = off, .size = len};

	memcpy(c.payload, bytes, len);
	return tell(v, &(struct message){VHOST_SET_CONFIG, &c, config_size(len), NULL, 0});
}

static bool
tell_memory(struct vhost_user *v, const struct memory *mem)
{
	struct vhost_regions t = {.num = mem->slots};
	int fd[LAYOUT_SLOTS];
	struct message m = {VHOST_SET_MEM_TABLE, &t, 0, fd, mem->slots};

	static_assert(LAYOUT_SLOTS <= VHOST_REGIONS, "a region a slot");
	for (uint32_t i = 0; i < mem->slots; i++) {
		struct range r = mem->slot[i].range;

		t.region[i] = (struct vhost_region){r.addr, r.len, r.addr, r.addr};
		fd[i] = mem->file;
	}
	m.size = (uint32_t)(offsetof(struct vhost_regions, region) +
	                    mem->slots * sizeof(t.region[0]));
	return tell(v, &m);
}

bool
vhost_user_begin(struct vhost_user *v, uint64_t accepted, const struct memory *mem)
{
	uint64_t own = v->has_protocol ? VHOST_F_PROTOCOL_FEATURES : 0;

	return tell_number(v, VHOST_SET_FEATURES, (accepted & v->features) | own) &&
	       tell_memory(v, mem);
}

bool
vhost_user_start(struct vhost_user *v, const struct vhost_queue *q)
{
	struct vhost_vring_addresses a = {.index = q->index,
	        .descriptor = q->desc,
	        .available = q->driver,
	        .used = q->device};
	struct message addresses = {VHOST_SET_VRING_ADDR, &a, sizeof(a), NULL, 0};

	return tell_vring(v, VHOST_SET_VRING_NUM, q->index, q->size) &&
	       tell_vring(v, VHOST_SET_VRING_BASE, q->index, 0) && tell(v, &addresses) &&
	       tell_event(v, VHOST_SET_VRING_CALL, q->index, q->call) &&
	       tell_event(v, VHOST_SET_VRING_KICK, q->index, q->kick) &&
	       (!v->has_protocol || tell_vring(v, VHOST_SET_VRING_ENABLE, q->index, 1));
}

bool
vhost_user_stop(struct vhost_user *v, uint16_t index)
{
	struct vhost_vring_number state = {index, 0};
	struct message m = {VHOST_GET_VRING_BASE, &state, sizeof(state), NULL, 0};

	if (!send_message(v, &m, false) ||
	        !receive_reply(v, VHOST_GET_VRING_BASE, &state, sizeof(state)))
		return false;
	return state.index == index ||
	       FAIL(v, "it stopped queue %u in place of %u", state.index, index);
}
