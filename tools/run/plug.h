/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices of a machine that were asked for: a PCI bus with a function for each, their wires
 * to KVM, and the descriptors that the device thread waits for. Without one there is no bus.
 */
#ifndef RUN_PLUG_H
#define RUN_PLUG_H

#include "tools/run/virtio/virtio_pci.h"

struct plug {
	bool present;
	const struct memory *mem;
	struct pci pci;
	struct wires wires;
	struct loop loop;
	uint32_t count;
	struct virtio_pci *device[PCI_SLOTS];
	struct virtio_device *console; /* --console's; NULL: none */
};

/* A bus without devices; false with errno if the host cannot. */
bool plug_init(struct plug *p, const struct layout *layout, const struct memory *mem, int vm,
        struct ending *ending);

/*
 * Plug a device in; it is the plug's from here on, and is given back by plug_free(). False with
 * errno if the host cannot, or ENOSPC if there is no slot left.
 */
bool plug_add(struct plug *p, struct virtio_device *d);

/* Have the device thread and the devices' own end; then, when they have, give all back. */
void plug_end(struct plug *p);
void plug_free(struct plug *p);

/* Accesses by the guest; false if they are for no device here. */
bool plug_in(struct plug *p, uint16_t port, unsigned size, uint32_t *ret_value);
bool plug_out(struct plug *p, uint16_t port, unsigned size, uint32_t value);
bool plug_mmio(struct plug *p, uint64_t addr, unsigned size, bool write, uint8_t *data);

#endif
