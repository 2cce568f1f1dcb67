/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of vhost-user between this process, the front end, and a daemon, the back end.
 *
 * Source: QEMU docs/interop/vhost-user.rst, sections "Message Specification" and "Front-end
 * message types". Numbers are of the machine's own byte order. Addresses of rings are the
 * front end's user addresses, which the back end knows by the table of memory alone.
 */
#ifndef RUN_VHOST_MESSAGE_H
#define RUN_VHOST_MESSAGE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum vhost_request {
	VHOST_GET_FEATURES = 1,
	VHOST_SET_FEATURES = 2,
	VHOST_SET_OWNER = 3,
	VHOST_SET_MEM_TABLE = 5,
	VHOST_SET_VRING_NUM = 8,
	VHOST_SET_VRING_ADDR = 9,
	VHOST_SET_VRING_BASE = 10,
	VHOST_GET_VRING_BASE = 11,
	VHOST_SET_VRING_KICK = 12,
	VHOST_SET_VRING_CALL = 13,
	VHOST_GET_PROTOCOL_FEATURES = 15,
	VHOST_SET_PROTOCOL_FEATURES = 16,
	VHOST_GET_QUEUE_NUM = 17,
	VHOST_SET_VRING_ENABLE = 18,
	VHOST_GET_CONFIG = 24,
	VHOST_SET_CONFIG = 25,
};

/* Header flags: the version, and what is asked of the other side. */
#define VHOST_VERSION      0x1u
#define VHOST_VERSION_MASK 0x3u
#define VHOST_REPLY        0x4u
#define VHOST_NEED_REPLY   0x8u

/* A feature bit that is the protocol's and not the device's: there are protocol features. */
#define VHOST_F_PROTOCOL_FEATURES (1ull << 30)

/* Protocol features that the front end can use. */
#define VHOST_PROTOCOL_MQ        (1ull << 0)
#define VHOST_PROTOCOL_REPLY_ACK (1ull << 3)
#define VHOST_PROTOCOL_CONFIG    (1ull << 9)

#define VHOST_REGIONS 8 /* most in a table */
#define VHOST_CONFIG  256

struct vhost_header {
	uint32_t request;
	uint32_t flags;
	uint32_t size; /* of what follows */
};

struct vhost_vring_number {
	uint32_t index;
	uint32_t num;
};

struct vhost_vring_addresses {
	uint32_t index;
	uint32_t flags;
	uint64_t descriptor;
	uint64_t used;
	uint64_t available;
	uint64_t log;
};

struct vhost_region {
	uint64_t guest_address;
	uint64_t size;
	uint64_t user_address;
	uint64_t mmap_offset;
};

struct vhost_regions {
	uint32_t num;
	uint32_t padding;
	struct vhost_region region[VHOST_REGIONS];
};

struct vhost_config {
	uint32_t offset;
	uint32_t size;
	uint32_t flags;
	uint8_t payload[VHOST_CONFIG];
};

union vhost_payload {
	uint64_t u64; /* for a vring's descriptors of the host: its number */
	struct vhost_vring_number number;
	struct vhost_vring_addresses addresses;
	struct vhost_regions regions;
	struct vhost_config config;
};

static_assert(sizeof(struct vhost_header) == 12, "Header");
static_assert(offsetof(struct vhost_vring_addresses, descriptor) == 8, "A vring address");
static_assert(sizeof(struct vhost_vring_addresses) == 40, "A vring address");
static_assert(sizeof(struct vhost_region) == 32, "Memory region description");
static_assert(offsetof(struct vhost_regions, region) == 8, "Multiple memory regions");
static_assert(offsetof(struct vhost_config, payload) == 12, "Virtio device config space");

#endif
