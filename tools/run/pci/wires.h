/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What connects devices with KVM: interrupts by message (a GSI each, routed to an address and a
 * datum), interrupt lines, eventfds for both ways.
 *
 * Source: Linux Documentation/virt/kvm/api.rst, KVM_IRQFD, KVM_IOEVENTFD, KVM_SET_GSI_ROUTING.
 * Calls of KVM that fail end the run; a guest cannot make them fail.
 */
#ifndef RUN_PCI_WIRES_H
#define RUN_PCI_WIRES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/run/ending.h"

#define WIRES_IOAPIC_PINS 24u
#define WIRES_MESSAGES    2048u

struct wires {
	int vm;
	bool any_length; /* of a write that rings a doorbell */
	struct ending *ending;
	pthread_mutex_t lock;
	uint32_t asserted[WIRES_IOAPIC_PINS]; /* by which slots, a bit each */
	uint32_t messages;                    /* GSIs given out */
	struct wires_message {
		uint64_t addr; /* 0: not routed yet */
		uint32_t data;
	} message[WIRES_MESSAGES];
};

void wires_init(struct wires *w, int vm, struct ending *ending);

/* Give out `count` GSIs for messages, one after the other; false if there are no more. */
bool wires_take(struct wires *w, uint32_t count, uint32_t *ret_gsi);

/* From here on that GSI sends this message. */
void wires_route(struct wires *w, uint32_t gsi, uint64_t addr, uint32_t data);

/* Connect an eventfd to a GSI, or take it off; what came meanwhile stays in the eventfd. */
void wires_connect(struct wires *w, int eventfd, uint32_t gsi, bool on);

/* Connect guest's writes to an address with an eventfd, or take them off. */
void wires_doorbell(struct wires *w, int eventfd, uint64_t addr, bool on);

/* The level of a slot's line at the I/O APIC; several slots may share one. */
void wires_line(struct wires *w, uint32_t gsi, uint32_t slot, bool level);

#endif
