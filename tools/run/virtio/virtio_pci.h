/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device as a PCI function.
 *
 * Source: OASIS Virtual I/O Device 1.2, section 4.1, without the legacy interface. BAR 0 has
 * the common configuration, the ISR status, the device's configuration and the notifications,
 * each in a page of its own; BAR 1 has MSI-X's table. Notifications go to the queues' eventfds
 * by KVM itself; interrupts come from eventfds, by KVM with MSI-X, else by the device thread.
 */
#ifndef RUN_VIRTIO_VIRTIO_PCI_H
#define RUN_VIRTIO_VIRTIO_PCI_H

#include "tools/run/pci/pci.h"
#include "tools/run/pci/wires.h"
#include "tools/run/virtio/device.h"

#define VIRTIO_VECTORS      (VIRTIO_QUEUES + 1)
#define VIRTIO_NO_VECTOR    0xffff
#define VIRTIO_MSIX_PENDING 0x800 /* in BAR 1: a bit for each vector that waits */
#define WIRED_NONE          UINT32_MAX

/* One entry of MSI-X's table (PCI 3.0, 6.8.2.6). */
struct msix_entry {
	uint32_t low, high, data, control;
};

struct virtio_pci {
	struct pci_function function;
	struct virtio_device *device;
	struct wires *wires;
	uint32_t gsi; /* of vector 0; the others follow */
	uint16_t vectors;
	struct msix_entry entry[VIRTIO_VECTORS];
	bool msix_on, msix_masked; /* the function's own bits */
	uint16_t config_vector;
	uint32_t config_wired; /* GSI that config_call is connected to, or WIRED_NONE */
	struct loop_source *config_line;
	uint8_t isr;
	uint64_t doorbells; /* where notifications go to eventfds; 0: nowhere */
	uint32_t feature_select, driver_select;
	uint16_t queue_select;
};

/* Make the function of a device; false with errno if the host cannot. */
bool virtio_pci_init(struct virtio_pci *v, struct virtio_device *device, struct pci *pci,
        struct wires *wires);

/* Stop the device and give it back; no thread of it runs any more. */
void virtio_pci_free(struct virtio_pci *v);

/* As by a reset of the guest. The caller holds the device's lock. */
void virtio_pci_reset(struct virtio_pci *v);

/* msix.c: the table and its bits as the guest reads and writes them, under the device's lock.
 */
uint64_t msix_read(struct virtio_pci *v, uint32_t off, unsigned size);
void msix_write(struct virtio_pci *v, uint32_t off, unsigned size, uint64_t value);

/* Connect each eventfd with what the guest wants it to do now. */
void msix_settle(struct virtio_pci *v);

/* common.c: the common configuration (4.1.4.3). */
uint64_t common_read(struct virtio_pci *v, uint32_t off, unsigned size);
void common_write(struct virtio_pci *v, uint32_t off, unsigned size, uint32_t value);

/* The interrupt line, by the ISR status and what the guest wants of it. */
void virtio_pci_line(struct virtio_pci *v);

#endif
