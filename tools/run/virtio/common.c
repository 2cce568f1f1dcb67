/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The common configuration of a virtio function, register by register (4.1.4.3), and what a
 * write to the device's status means (2.1, 3.1.1).
 */
#include <stddef.h>

#include "tools/run/table.h"
#include "tools/run/virtio/virtio_pci.h"

struct common {
	uint32_t device_feature_select, device_feature;
	uint32_t driver_feature_select, driver_feature;
	uint16_t config_vector, queues;
	uint8_t status, generation;
	uint16_t queue_select, queue_size, queue_vector, queue_enable, queue_notify_off;
	uint64_t queue_desc, queue_driver, queue_device;
	uint16_t queue_notify_data, queue_reset;
};

_Static_assert(offsetof(struct common, queue_select) == 22, "4.1.4.3");
_Static_assert(offsetof(struct common, queue_desc) == 32, "4.1.4.3");
_Static_assert(offsetof(struct common, queue_reset) == 58, "4.1.4.3");

static struct virtqueue *
selected(struct virtio_pci *v)
{
	return v->queue_select < v->device->queues ? &v->device->queue[v->queue_select] : NULL;
}

static uint32_t
feature_word(uint64_t features, uint32_t word)
{
	return word < 2 ? (uint32_t)(features >> (32 * word)) : 0;
}

uint64_t
common_read(struct virtio_pci *v, uint32_t off, unsigned size)
{
	const struct virtio_device *d = v->device;
	const struct virtqueue *q = selected(v);
	struct common c = {.device_feature_select = v->feature_select,
	        .device_feature = feature_word(d->offered, v->feature_select),
	        .driver_feature_select = v->driver_select,
	        .driver_feature = feature_word(d->accepted, v->driver_select),
	        .config_vector = v->config_vector,
	        .queues = d->queues,
	        .status = d->status,
	        .generation = d->generation,
	        .queue_select = v->queue_select};

	if (q) {
		c.queue_size = q->size;
		c.queue_vector = q->vector;
		c.queue_enable = q->enabled;
		c.queue_notify_off = v->queue_select;
		c.queue_desc = q->desc;
		c.queue_driver = q->driver;
		c.queue_device = q->device;
	}
	return off + size <= sizeof(c) ? table_get((const uint8_t *)&c + off, size) : 0;
}

/* ---- status ---- */

static bool
queues_check(struct virtio_device *d)
{
	const char *what;

	for (uint16_t i = 0; i < d->queues; i++)
		if (d->queue[i].enabled && !queue_check(&d->queue[i], d->mem, &what)) {
			virtio_broken(d, "queue %u: %s", i, what);
			return false;
		}
	return true;
}

static void
start(struct virtio_device *d)
{
	if (!queues_check(d))
		return;
	for (uint16_t i = 0; i < d->queues; i++)
		if (d->queue[i].enabled)
			queue_start(&d->queue[i], d->mem, virtio_has(d, VIRTIO_EVENT_INDEX));
	d->started = d->ops->start(d);
}

static void
write_status(struct virtio_pci *v, uint8_t value)
{
	struct virtio_device *d = v->device;
	uint8_t fresh = value & (uint8_t)~d->status;

	if (!value) {
		virtio_pci_reset(v);
		return;
	}
	/* 3.1.1: what was not offered cannot be had; the driver sees that the bit is not set.
	 */
	if (fresh & VIRTIO_FEATURES_OK &&
	        (d->accepted & ~d->offered || !virtio_has(d, VIRTIO_VERSION_1)))
		value &= (uint8_t)~VIRTIO_FEATURES_OK;
	d->status = value | (d->status & VIRTIO_NEEDS_RESET);
	if (fresh & VIRTIO_DRIVER_OK && value & VIRTIO_FEATURES_OK && !d->started)
		start(d);
}

/* ---- the other registers ---- */

static void
accept_features(struct virtio_pci *v, uint32_t value)
{
	struct virtio_device *d = v->device;
	unsigned shift = 32 * v->driver_select;

	if (v->driver_select < 2 && !(d->status & VIRTIO_FEATURES_OK))
		d->accepted = (d->accepted & ~(0xffffffffull << shift)) | (uint64_t)value
		                                                                  << shift;
}

static uint16_t
vector(const struct virtio_pci *v, uint32_t value)
{
	return (uint16_t)(value < v->vectors ? value : VIRTIO_NO_VECTOR);
}

static void
put_half(uint64_t *address, unsigned half, uint32_t value)
{
	unsigned shift = 32 * half;

	*address = (*address & ~(0xffffffffull << shift)) | (uint64_t)value << shift;
}

/* An address of a queue, in halves; false if `off` is none. */
static bool
write_address(struct virtqueue *q, uint32_t off, uint32_t value)
{
	unsigned half = off / 4 % 2;

	switch (off & ~7u) {
	case offsetof(struct common, queue_desc):
		put_half(&q->desc, half, value);
		return true;
	case offsetof(struct common, queue_driver):
		put_half(&q->driver, half, value);
		return true;
	case offsetof(struct common, queue_device):
		put_half(&q->device, half, value);
		return true;
	default:
		return false;
	}
}

/* 4.1.4.3.2: once it is enabled, only its vector changes. */
static void
write_queue(struct virtio_pci *v, struct virtqueue *q, uint32_t off, uint32_t value)
{
	if (off == offsetof(struct common, queue_vector)) {
		q->vector = vector(v, value);
		msix_settle(v);
		return;
	}
	if (q->enabled || write_address(q, off, value))
		return;
	if (off == offsetof(struct common, queue_size))
		q->size = (uint16_t)value;
	else if (off == offsetof(struct common, queue_enable))
		q->enabled = value == 1 && !v->device->started;
}

void
common_write(struct virtio_pci *v, uint32_t off, unsigned size, uint32_t value)
{
	struct virtqueue *q = selected(v);

	switch (off) {
	case offsetof(struct common, device_feature_select):
		v->feature_select = value;
		break;
	case offsetof(struct common, driver_feature_select):
		v->driver_select = value;
		break;
	case offsetof(struct common, driver_feature):
		accept_features(v, value);
		break;
	case offsetof(struct common, config_vector):
		v->config_vector = vector(v, value);
		msix_settle(v);
		break;
	case offsetof(struct common, status):
		write_status(v, (uint8_t)value);
		break;
	case offsetof(struct common, queue_select):
		v->queue_select = (uint16_t)value;
		break;
	default:
		if (q && (size == 4) == (off >= offsetof(struct common, queue_desc)))
			write_queue(v, q, off, value);
	}
}
