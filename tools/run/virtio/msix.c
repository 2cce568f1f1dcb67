/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI-X (PCI Local Bus 3.0, 6.8.2): a table of messages and a bit for each that waits, and
 * which eventfd sends which message.
 *
 * A vector that is masked has its eventfds taken off KVM: what is written to them meanwhile
 * stays there, which is the vector's pending bit, and KVM sends it once they are back.
 */
#include <poll.h>

#include "tools/run/virtio/virtio_pci.h"

#define ENTRY_MASKED 1u
#define PENDING      VIRTIO_MSIX_PENDING

static bool
is_raised(int eventfd)
{
	struct pollfd p = {.fd = eventfd, .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static bool
is_pending(const struct virtio_pci *v, uint16_t vector)
{
	const struct virtio_device *d = v->device;

	if (v->config_vector == vector && v->config_wired == WIRED_NONE &&
	        is_raised(d->config_call))
		return true;
	for (uint16_t i = 0; i < d->queues; i++)
		if (d->queue[i].vector == vector && d->queue[i].wired == WIRED_NONE &&
		        is_raised(d->queue[i].call))
			return true;
	return false;
}

static uint32_t
read_word(const struct virtio_pci *v, uint32_t off)
{
	uint32_t bits = 0;

	if (off < v->vectors * sizeof(v->entry[0]))
		return ((const uint32_t *)v->entry)[off / 4];
	if (off < PENDING)
		return 0;
	for (uint32_t i = 0; i < 32; i++) {
		uint32_t vector = (off - PENDING) / 4 * 32 + i;

		if (v->msix_on && vector < v->vectors && is_pending(v, (uint16_t)vector))
			bits |= 1u << i;
	}
	return bits;
}

/* 6.8.2: only whole words, one or two at a time. */
uint64_t
msix_read(struct virtio_pci *v, uint32_t off, unsigned size)
{
	if (size < 4 || off % size)
		return 0;
	return read_word(v, off) | (size == 8 ? (uint64_t)read_word(v, off + 4) << 32 : 0);
}

void
msix_write(struct virtio_pci *v, uint32_t off, unsigned size, uint64_t value)
{
	if (size < 4 || off % size || off >= v->vectors * sizeof(v->entry[0]))
		return;
	((uint32_t *)v->entry)[off / 4] = (uint32_t)value;
	if (size == 8)
		((uint32_t *)v->entry)[off / 4 + 1] = (uint32_t)(value >> 32);
	msix_settle(v);
}

/* The GSI that an eventfd of this vector is to be connected to now, or WIRED_NONE. */
static uint32_t
wanted(const struct virtio_pci *v, uint16_t vector)
{
	bool sends = v->msix_on && !v->msix_masked && vector < v->vectors &&
	             !(v->entry[vector].control & ENTRY_MASKED);

	if (!sends)
		return WIRED_NONE;
	wires_route(v->wires, v->gsi + vector,
	        v->entry[vector].low | (uint64_t)v->entry[vector].high << 32,
	        v->entry[vector].data);
	return v->gsi + vector;
}

static void
settle_one(struct virtio_pci *v, int eventfd, uint16_t vector, uint32_t *wired,
        struct loop_source *line)
{
	uint32_t gsi = wanted(v, vector);

	loop_want(line, v->msix_on ? 0 : POLLIN);
	if (*wired == gsi)
		return;
	if (*wired != WIRED_NONE)
		wires_connect(v->wires, eventfd, *wired, false);
	if (gsi != WIRED_NONE)
		wires_connect(v->wires, eventfd, gsi, true);
	*wired = gsi;
}

void
msix_settle(struct virtio_pci *v)
{
	struct virtio_device *d = v->device;

	settle_one(v, d->config_call, v->config_vector, &v->config_wired, v->config_line);
	for (uint16_t i = 0; i < d->queues; i++)
		settle_one(v, d->queue[i].call, d->queue[i].vector, &d->queue[i].wired,
		        d->queue[i].line);
}
