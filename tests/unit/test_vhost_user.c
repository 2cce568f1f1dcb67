/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front end of vhost-user against a daemon whose replies are written beforehand: what it is
 * told, and each wrong reply.
 */
#include "tests/unit/unit.h"

#include "tests/unit/vhost_peer.h"
#include "tools/run/memory_file.h"
#include "tools/run/vhost/user.h"

#define FEATURES (1ull << 32 | 1ull << 28 | VHOST_F_PROTOCOL_FEATURES)
#define PROTOCOL (VHOST_PROTOCOL_MQ | VHOST_PROTOCOL_REPLY_ACK | VHOST_PROTOCOL_CONFIG)

static void
reply(struct vhost_peer *p, uint32_t request, const void *payload, uint32_t size)
{
	struct vhost_header h = {request, VHOST_VERSION | VHOST_REPLY, size};

	assert_true(peer_says(p, &h, sizeof(h)));
	assert_true(peer_says(p, payload, size));
}

static void
reply_number(struct vhost_peer *p, uint32_t request, uint64_t number)
{
	reply(p, request, &number, sizeof(number));
}

/* The replies to vhost_user_open(); protocol features that the front end does not know, too. */
static void
reply_to_open(struct vhost_peer *p)
{
	reply_number(p, VHOST_GET_FEATURES, FEATURES);
	reply_number(p, VHOST_GET_PROTOCOL_FEATURES, PROTOCOL | 1ull << 63 | 1ull << 1);
	reply_number(p, VHOST_SET_OWNER, 0);
	reply_number(p, VHOST_GET_QUEUE_NUM, 7);
}

/* Read one message of the front end: its flags, its payload, how many descriptors came. */
static uint32_t
heard(struct vhost_peer *p, uint32_t request, union vhost_payload *ret_payload, uint32_t size)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(int) * 8)];
	struct vhost_header h;
	struct iovec io = {&h, sizeof(h)};
	struct msghdr msg = {.msg_iov = &io,
	        .msg_iovlen = 1,
	        .msg_control = control,
	        .msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	uint32_t fds = 0;

	assert_int_equal(recvmsg(p->back, &msg, 0), sizeof(h));
	assert_int_equal(h.request, request);
	assert_int_equal(h.size, size);
	assert_int_equal(h.flags & VHOST_VERSION_MASK, VHOST_VERSION);
	if (size)
		assert_int_equal(read(p->back, ret_payload, size), size);
	c = CMSG_FIRSTHDR(&msg);
	if (c)
		fds = (uint32_t)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
	for (uint32_t i = 0; i < fds; i++) {
		int fd;
		memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
		close(fd);
	}
	return fds;
}

static void
what_both_can_is_agreed_on(void **state)
{
	struct vhost_peer p;
	struct vhost_user v;
	union vhost_payload m;

	(void)state;
	assert_true(peer_make(&p));
	reply_to_open(&p);
	assert_true(vhost_user_open(&v, p.front));
	assert_int_equal(v.features, FEATURES & ~VHOST_F_PROTOCOL_FEATURES);
	assert_int_equal(v.protocol, PROTOCOL);
	assert_int_equal(v.queues, 7);
	heard(&p, VHOST_GET_FEATURES, &m, 0);
	heard(&p, VHOST_GET_PROTOCOL_FEATURES, &m, 0);
	heard(&p, VHOST_SET_PROTOCOL_FEATURES, &m, 8);
	assert_int_equal(m.u64, PROTOCOL);
	heard(&p, VHOST_SET_OWNER, &m, 0);
	peer_free(&p);
}

static void
a_daemon_without_protocol_features_is_not_asked_for_them(void **state)
{
	struct vhost_peer p;
	struct vhost_user v;
	union vhost_payload m;

	(void)state;
	assert_true(peer_make(&p));
	reply_number(&p, VHOST_GET_FEATURES, 1ull << 32);
	peer_is_done(&p);
	assert_true(vhost_user_open(&v, p.front));
	assert_int_equal(v.protocol, 0);
	heard(&p, VHOST_GET_FEATURES, &m, 0);
	heard(&p, VHOST_SET_OWNER, &m, 0);
	peer_free(&p);
}

static void
hear_queue(struct vhost_peer *p)
{
	union vhost_payload m;

	heard(p, VHOST_SET_VRING_NUM, &m, 8);
	assert_int_equal(m.number.index, 1);
	assert_int_equal(m.number.num, 256);
	heard(p, VHOST_SET_VRING_BASE, &m, 8);
	assert_int_equal(m.number.num, 0);
	heard(p, VHOST_SET_VRING_ADDR, &m, 40);
	assert_int_equal(m.addresses.descriptor, 0x101000);
	assert_int_equal(m.addresses.available, 0x102000);
	assert_int_equal(m.addresses.used, 0x103000);
	assert_int_equal(heard(p, VHOST_SET_VRING_CALL, &m, 8), 1);
	assert_int_equal(m.u64, 1);
	assert_int_equal(heard(p, VHOST_SET_VRING_KICK, &m, 8), 1);
	heard(p, VHOST_SET_VRING_ENABLE, &m, 8);
	assert_int_equal(m.number.num, 1);
}

/* Memory goes as the guest sees it, one descriptor a piece; our own addresses do not. */
static void
a_queue_gets_memory_rings_and_events(void **state)
{
	const struct vhost_queue q = {1, 256, 0x101000, 0x102000, 0x103000, 0, 1};
	const uint32_t told[] = {VHOST_SET_FEATURES, VHOST_SET_MEM_TABLE, VHOST_SET_VRING_NUM,
	        VHOST_SET_VRING_BASE, VHOST_SET_VRING_ADDR, VHOST_SET_VRING_CALL,
	        VHOST_SET_VRING_KICK, VHOST_SET_VRING_ENABLE};
	struct vhost_user v;
	struct vhost_peer p;
	union vhost_payload m;
	struct memory mem;
	struct layout l;
	int file;

	(void)state;
	layout_make(LAYOUT_KSHIM, 5 * GIB, &l);
	file = memory_file_open();
	assert_true(memory_file_fit(file, &l));
	assert_true(memory_make(&mem, &l, file));
	assert_true(peer_make(&p));
	v = (struct vhost_user){.fd = p.front,
	        .features = 1ull << 32,
	        .protocol = VHOST_PROTOCOL_REPLY_ACK,
	        .has_protocol = true};
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		reply_number(&p, told[i], 0);
	assert_true(vhost_user_begin(&v, 1ull << 32 | 1ull << 5, &mem));
	assert_true(vhost_user_start(&v, &q));
	heard(&p, VHOST_SET_FEATURES, &m, 8);
	assert_int_equal(m.u64, 1ull << 32 | VHOST_F_PROTOCOL_FEATURES);
	assert_int_equal(heard(&p, VHOST_SET_MEM_TABLE, &m, 8 + 32 * mem.slots), mem.slots);
	assert_int_equal(m.regions.num, mem.slots);
	for (uint32_t i = 0; i < mem.slots; i++) {
		assert_int_equal(m.regions.region[i].guest_address, mem.slot[i].range.addr);
		assert_int_equal(m.regions.region[i].user_address, mem.slot[i].range.addr);
		assert_int_equal(m.regions.region[i].mmap_offset, mem.slot[i].range.addr);
		assert_int_equal(m.regions.region[i].size, mem.slot[i].range.len);
	}
	hear_queue(&p);
	peer_free(&p);
	memory_free(&mem);
	close(file);
}

static void
configuration_is_read_and_written(void **state)
{
	struct vhost_config c = {.offset = 4, .size = 2, .payload = {0xab, 0xcd}};
	struct vhost_user v;
	struct vhost_peer p;
	union vhost_payload m;
	uint8_t bytes[2];

	(void)state;
	assert_true(peer_make(&p));
	v = (struct vhost_user){.fd = p.front, .protocol = VHOST_PROTOCOL_CONFIG};
	reply(&p, VHOST_GET_CONFIG, &c, 14);
	assert_true(vhost_user_read_config(&v, 4, 2, bytes));
	assert_int_equal(bytes[0], 0xab);
	assert_int_equal(bytes[1], 0xcd);
	assert_true(vhost_user_write_config(&v, 4, 2, bytes));
	heard(&p, VHOST_GET_CONFIG, &m, 14);
	heard(&p, VHOST_SET_CONFIG, &m, 14);
	assert_int_equal(m.config.offset, 4);
	assert_memory_equal(m.config.payload, bytes, 2);
	peer_free(&p);
}

static void
what_is_said_of(const struct vhost_header *h, size_t len, const char *why)
{
	struct vhost_peer p;
	struct vhost_user v;

	assert_true(peer_make(&p));
	assert_true(peer_says(&p, h, len));
	peer_is_done(&p);
	assert_false(vhost_user_open(&v, p.front));
	assert_string_equal(v.why, why);
	/* What comes next might be the answer to an older request: it is not read any more. */
	assert_false(vhost_user_stop(&v, 0));
	assert_string_equal(v.why, why);
	peer_free(&p);
}

static void
wrong_replies_are_named(void **state)
{
	const struct vhost_header good = {VHOST_GET_FEATURES, VHOST_VERSION | VHOST_REPLY, 8};
	struct vhost_header h = good;

	(void)state;
	what_is_said_of(&h, sizeof(h) - 1, "it ended the connection at request 1");
	what_is_said_of(&h, sizeof(h), "it ended the connection at request 1");
	h.request = 2;
	what_is_said_of(&h, sizeof(h), "a reply to request 2 where 1 was asked");
	h = good;
	h.flags = VHOST_VERSION;
	what_is_said_of(&h, sizeof(h), "the reply to request 1 has flags 0x1");
	h.flags = VHOST_REPLY | 2;
	what_is_said_of(&h, sizeof(h), "the reply to request 1 has flags 0x6");
	h = good;
	h.size = 0xffffffff;
	what_is_said_of(&h, sizeof(h), "the reply to request 1 has 4294967295 bytes, not 8");
}

static void
a_request_that_fails_is_told(void **state)
{
	struct vhost_peer p;
	struct vhost_user v;

	(void)state;
	assert_true(peer_make(&p));
	reply_number(&p, VHOST_GET_FEATURES, FEATURES);
	reply_number(&p, VHOST_GET_PROTOCOL_FEATURES, PROTOCOL);
	reply_number(&p, VHOST_SET_OWNER, 1);
	assert_false(vhost_user_open(&v, p.front));
	assert_string_equal(v.why, "it could not do request 3");
	peer_free(&p);
}

static void
wrong_values_are_named(void **state)
{
	struct vhost_config c = {.offset = 0, .size = 3};
	struct vhost_vring_number other = {3, 0};
	struct vhost_peer p;
	struct vhost_user v;
	uint8_t bytes[2];

	(void)state;
	assert_true(peer_make(&p));
	v = (struct vhost_user){.fd = p.front, .protocol = VHOST_PROTOCOL_CONFIG};
	reply(&p, VHOST_GET_CONFIG, &c, 14);
	assert_false(vhost_user_read_config(&v, 0, 2, bytes));
	assert_string_equal(v.why, "it gave bytes 0 to 3 of its configuration, not 0 to 2");
	v = (struct vhost_user){.fd = p.front};
	reply(&p, VHOST_GET_VRING_BASE, &other, sizeof(other));
	assert_false(vhost_user_stop(&v, 1));
	assert_string_equal(v.why, "it stopped queue 3 in place of 1");
	peer_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_both_can_is_agreed_on),
	        cmocka_unit_test(a_daemon_without_protocol_features_is_not_asked_for_them),
	        cmocka_unit_test(a_queue_gets_memory_rings_and_events),
	        cmocka_unit_test(configuration_is_read_and_written),
	        cmocka_unit_test(wrong_replies_are_named),
	        cmocka_unit_test(a_request_that_fails_is_told),
	        cmocka_unit_test(wrong_values_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
