/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plugging in and out, and the way of an access to the bus.
 */
#include "plug.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/run/table.h"

bool
plug_init(struct plug *p, const struct layout *layout, const struct memory *mem, int vm,
        struct ending *ending)
{
	p->present = true;
	p->mem = mem;
	p->count = 0;
	pci_init(&p->pci, layout);
	wires_init(&p->wires, vm, ending);
	return loop_init(&p->loop, ending);
}

bool
plug_add(struct plug *p, struct virtio_device *d)
{
	struct virtio_pci *v = p->count < PCI_SLOTS - 1 ? malloc(sizeof(*v)) : NULL;

	if (!v) {
		if (p->count == PCI_SLOTS - 1)
			errno = ENOSPC;
		if (d->ops->release)
			d->ops->release(d);
		return false;
	}
	d->mem = p->mem;
	d->loop = &p->loop;
	p->device[p->count++] = v;
	return virtio_pci_init(v, d, &p->pci, &p->wires);
}

/* Have the threads of a device end. */
static void
end_threads(struct virtio_device *d)
{
	atomic_store(&d->over, true);
	if (d->ops->wake)
		d->ops->wake(d);
	for (uint16_t q = 0; d->threads && !d->ops->wake && q < d->queues; q++)
		queue_ring(&d->queue[q]);
}

void
plug_end(struct plug *p)
{
	if (!p->present)
		return;
	loop_end(&p->loop);
	for (uint32_t i = 0; i < p->count; i++)
		end_threads(p->device[i]->device);
}

void
plug_free(struct plug *p)
{
	if (!p->present)
		return;
	for (uint32_t i = 0; i < p->count; i++) {
		virtio_pci_free(p->device[i]);
		free(p->device[i]);
	}
	p->count = 0;
	loop_free(&p->loop);
	p->present = false;
}

bool
plug_in(struct plug *p, uint16_t port, unsigned size, uint32_t *ret_value)
{
	return p->present && pci_in(&p->pci, port, size, ret_value);
}

bool
plug_out(struct plug *p, uint16_t port, unsigned size, uint32_t value)
{
	return p->present && pci_out(&p->pci, port, size, value);
}

bool
plug_mmio(struct plug *p, uint64_t addr, unsigned size, bool write, uint8_t *data)
{
	uint64_t value = 0;

	if (!p->present)
		return false;
	if (write)
		return pci_write(&p->pci, addr, size, table_get(data, size));
	if (!pci_read(&p->pci, addr, size, &value))
		return false;
	table_put(data, value, size);
	return true;
}
