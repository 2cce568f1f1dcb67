/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtio over PCI, 1.0 and later (Virtual I/O Device 1.2, 4.1): the structures that vendor
 * capabilities point to, in BARs that whoever set the machine up has given addresses.
 */
#include "x86/disk/disks.h"

#include "x86/boot/reach.h"
#include "x86/disk/virtio.h"

#define VENDOR_CAPABILITY 9
#define CAPABILITY_LEN    20 /* bytes of the longest that is read */

enum cfg_type { CFG_COMMON = 1, CFG_NOTIFY = 2, CFG_DEVICE = 4 };

/* 4.1.4.3, offsets in the common configuration */
enum {
	DEVICE_FEATURE_SELECT = 0,
	DEVICE_FEATURE = 4,
	DRIVER_FEATURE_SELECT = 8,
	DRIVER_FEATURE = 12,
	DEVICE_STATUS = 20,
	QUEUE_SELECT = 22,
	QUEUE_LEN = 24,
	QUEUE_ENABLE = 28,
	QUEUE_NOTIFY_OFF = 30,
	QUEUE_DESC = 32,
	QUEUE_DRIVER = 40,
	QUEUE_DEVICE = 48,
	COMMON_LEN = 56
};

#define DEVICE_LEN 24 /* bytes that a driver here reads of a device's own configuration */

static volatile uint32_t *
reg32(const struct virtio *v, uint32_t off)
{
	return (volatile uint32_t *)(v->registers + off);
}

static volatile uint16_t *
reg16(const struct virtio *v, uint32_t off)
{
	return (volatile uint16_t *)(v->registers + off);
}

static uint8_t
get_status(struct virtio *v)
{
	return v->registers[DEVICE_STATUS];
}

static void
set_status(struct virtio *v, uint8_t status)
{
	v->registers[DEVICE_STATUS] = status;
}

static uint32_t
get_features(struct virtio *v, uint32_t word)
{
	*reg32(v, DEVICE_FEATURE_SELECT) = word;
	return *reg32(v, DEVICE_FEATURE);
}

static void
set_features(struct virtio *v, uint32_t word, uint32_t bits)
{
	*reg32(v, DRIVER_FEATURE_SELECT) = word;
	*reg32(v, DRIVER_FEATURE) = bits;
}

/* A 64-bit field is written as two of 32 bits (4.1.3.1). */
static void
set_address(struct virtio *v, uint32_t off, const void *p)
{
	uint64_t addr = (uintptr_t)p;

	*reg32(v, off) = (uint32_t)addr;
	*reg32(v, off + 4) = (uint32_t)(addr >> 32);
}

static bool
start_queue(struct virtio *v, uint32_t index)
{
	uint64_t doorbell;

	*reg16(v, QUEUE_SELECT) = (uint16_t)index;
	if (*reg16(v, QUEUE_LEN) < VIRTQ_SIZE)
		return false;
	*reg16(v, QUEUE_LEN) = VIRTQ_SIZE;
	set_address(v, QUEUE_DESC, v->queue->desc);
	set_address(v, QUEUE_DRIVER, &v->queue->avail);
	set_address(v, QUEUE_DEVICE, &v->queue->used);
	doorbell = (uint64_t)*reg16(v, QUEUE_NOTIFY_OFF) * v->doorbell_step;
	if (doorbell % 2 || !bounds_ok(v->doorbells, doorbell, 2))
		return false;
	v->doorbell += doorbell;
	*reg16(v, QUEUE_ENABLE) = 1;
	return true;
}

static void
notify(struct virtio *v, uint32_t index)
{
	*(volatile uint16_t *)v->doorbell = (uint16_t)index;
}

static const struct virtio_transport transport = {
        get_status, set_status, get_features, set_features, start_queue, notify};

/*
 * One structure's place, out of its capability; NULL if it is not in memory that has an
 * address, or begins at an odd one.
 */
static volatile uint8_t *
structure(struct pci_config *c, uint32_t at, uint32_t cap, uint64_t *ret_len)
{
	uint32_t bar = c->read(c, at, cap + 4) & 0xff, off = c->read(c, at, cap + 8);
	uint64_t addr;
	struct refusal ignored;

	*ret_len = c->read(c, at, cap + 12);
	if (bar > 5 || off % 4 || !pci_memory_bar(c, at, bar, &addr) ||
	        !range_fits(addr, off + *ret_len) ||
	        reach("virtio device", addr + off, *ret_len, &ignored))
		return NULL;
	return (volatile uint8_t *)(uintptr_t)(addr + off);
}

static void
take_capability(struct virtio *v, struct pci_config *c, uint32_t at, uint32_t cap)
{
	uint32_t type = c->read(c, at, cap) >> 24;
	uint64_t len;
	volatile uint8_t *p;

	if (type != CFG_COMMON && type != CFG_NOTIFY && type != CFG_DEVICE)
		return;
	p = structure(c, at, cap, &len);
	if (type == CFG_COMMON && !v->registers && len >= COMMON_LEN)
		v->registers = p;
	else if (type == CFG_DEVICE && !v->config && len >= DEVICE_LEN)
		v->config = p;
	else if (type == CFG_NOTIFY && !v->doorbell) {
		v->doorbell = p;
		v->doorbells = len;
		v->doorbell_step = c->read(c, at, cap + 16);
	}
}

bool
virtio_pci_find(struct virtio *v, struct pci_config *c, uint32_t at)
{
	uint32_t cap = pci_first_cap(c, at);

	for (unsigned n = 0; cap && n < PCI_CAPS_MOST; n++) {
		uint32_t head = c->read(c, at, cap);

		if ((head & 0xff) == VENDOR_CAPABILITY && cap <= PCI_CAPS_END - CAPABILITY_LEN)
			take_capability(v, c, at, cap);
		cap = pci_next_cap(head);
	}
	v->transport = &transport;
	v->legacy = false;
	return v->registers && v->config && v->doorbell;
}
