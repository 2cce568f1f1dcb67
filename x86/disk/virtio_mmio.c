/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtio over MMIO, version 2 and the legacy version 1 (Virtual I/O Device 1.2, 4.2.2, 4.2.4).
 */
#include "x86/boot/reach.h"
#include "x86/disk/disks.h"

#define MAGIC_VALUE 0x74726976u /* "virt" */
#define PAGE_SIZE   4096u
#define REGISTERS   0x200u /* bytes of them, with the device's own configuration */

enum {
	MAGIC = 0x00,
	VERSION = 0x04,
	DEVICE_ID = 0x08,
	DEVICE_FEATURES = 0x10,
	DEVICE_FEATURES_SEL = 0x14,
	DRIVER_FEATURES = 0x20,
	DRIVER_FEATURES_SEL = 0x24,
	GUEST_PAGE_SIZE = 0x28, /* version 1 */
	QUEUE_SEL = 0x30,
	QUEUE_NUM_MAX = 0x34,
	QUEUE_NUM = 0x38,
	QUEUE_ALIGN = 0x3c, /* version 1 */
	QUEUE_PFN = 0x40,   /* version 1 */
	QUEUE_READY = 0x44,
	QUEUE_NOTIFY = 0x50,
	STATUS = 0x70,
	QUEUE_DESC = 0x80,
	QUEUE_DRIVER = 0x90,
	QUEUE_DEVICE = 0xa0,
	CONFIG = 0x100
};

static uint32_t
get(const struct virtio *v, uint32_t off)
{
	return *(volatile uint32_t *)(v->registers + off);
}

static void
set(const struct virtio *v, uint32_t off, uint32_t value)
{
	*(volatile uint32_t *)(v->registers + off) = value;
}

static uint8_t
get_status(struct virtio *v)
{
	return (uint8_t)get(v, STATUS);
}

static void
set_status(struct virtio *v, uint8_t status)
{
	set(v, STATUS, status);
}

static uint32_t
get_features(struct virtio *v, uint32_t word)
{
	set(v, DEVICE_FEATURES_SEL, word);
	return get(v, DEVICE_FEATURES);
}

static void
set_features(struct virtio *v, uint32_t word, uint32_t bits)
{
	set(v, DRIVER_FEATURES_SEL, word);
	set(v, DRIVER_FEATURES, bits);
}

static void
set_address(struct virtio *v, uint32_t off, const void *p)
{
	uint64_t addr = (uintptr_t)p;

	set(v, off, (uint32_t)addr);
	set(v, off + 4, (uint32_t)(addr >> 32));
}

static bool
start_queue(struct virtio *v, uint32_t index)
{
	set(v, QUEUE_SEL, index);
	if (get(v, QUEUE_NUM_MAX) < VIRTQ_SIZE)
		return false;
	set(v, QUEUE_NUM, VIRTQ_SIZE);
	if (v->legacy) {
		set(v, GUEST_PAGE_SIZE, PAGE_SIZE);
		set(v, QUEUE_ALIGN, VIRTQ_USED);
		set(v, QUEUE_PFN, (uint32_t)((uintptr_t)v->queue / PAGE_SIZE));
		return true;
	}
	set_address(v, QUEUE_DESC, v->queue->desc);
	set_address(v, QUEUE_DRIVER, &v->queue->avail);
	set_address(v, QUEUE_DEVICE, &v->queue->used);
	set(v, QUEUE_READY, 1);
	return true;
}

static void
notify(struct virtio *v, uint32_t index)
{
	set(v, QUEUE_NOTIFY, index);
}

static const struct virtio_transport transport = {
        get_status, set_status, get_features, set_features, start_queue, notify};

bool
virtio_mmio_find(struct virtio *v, uint64_t mmio, uint32_t *ret_id)
{
	struct refusal ignored;
	uint32_t version;

	if (mmio % 4 || reach("virtio device", mmio, REGISTERS, &ignored))
		return false;
	v->transport = &transport;
	v->registers = (volatile uint8_t *)(uintptr_t)mmio;
	v->config = v->registers + CONFIG;
	version = get(v, VERSION);
	v->legacy = version == 1;
	*ret_id = get(v, DEVICE_ID);
	return get(v, MAGIC) == MAGIC_VALUE && (version == 1 || version == 2);
}
