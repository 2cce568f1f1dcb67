/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM's table of interrupt routes is always set whole: the inputs of both PICs and of the I/O
 * APIC as KVM has them by itself, then the messages.
 */
#include "wires.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "tools/run/pci/pci.h"

#define PIC_PINS  8u
#define FIXED     (2 * PIC_PINS + WIRES_IOAPIC_PINS)
#define FIRST_GSI WIRES_IOAPIC_PINS

static void
failed(struct wires *w, const char *call)
{
	ending_set(w->ending, ENDING_HOST, (uint32_t)errno, 0, call);
}

/* The PIC's inputs 10 and 11 are levels, as firmware sets them up for PCI. */
static void
set_levels(struct wires *w)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_PIC_SLAVE};

	if (ioctl(w->vm, KVM_GET_IRQCHIP, &chip) < 0) {
		failed(w, "KVM_GET_IRQCHIP");
		return;
	}
	chip.chip.pic.elcr |= 1u << (PCI_IRQ(0) - PIC_PINS) | 1u << (PCI_IRQ(1) - PIC_PINS);
	if (ioctl(w->vm, KVM_SET_IRQCHIP, &chip) < 0)
		failed(w, "KVM_SET_IRQCHIP");
}

void
wires_init(struct wires *w, int vm, struct ending *ending)
{
	*w = (struct wires){.vm = vm, .ending = ending};
	w->any_length = ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_IOEVENTFD_ANY_LENGTH) > 0;
	pthread_mutex_init(&w->lock, NULL);
	set_levels(w);
}

bool
wires_take(struct wires *w, uint32_t count, uint32_t *ret_gsi)
{
	if (count > WIRES_MESSAGES - w->messages)
		return false;
	*ret_gsi = FIRST_GSI + w->messages;
	w->messages += count;
	return true;
}

static struct kvm_irq_routing_entry
pin(uint32_t gsi, uint32_t chip, uint32_t input)
{
	return (struct kvm_irq_routing_entry){.gsi = gsi,
	        .type = KVM_IRQ_ROUTING_IRQCHIP,
	        .u.irqchip = {.irqchip = chip, .pin = input}};
}

static uint32_t
put_fixed(struct kvm_irq_routing_entry *e)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < PIC_PINS; i++)
		e[n++] = pin(i, KVM_IRQCHIP_PIC_MASTER, i);
	for (uint32_t i = 0; i < PIC_PINS; i++)
		e[n++] = pin(PIC_PINS + i, KVM_IRQCHIP_PIC_SLAVE, i);
	for (uint32_t i = 0; i < WIRES_IOAPIC_PINS; i++)
		e[n++] = pin(i, KVM_IRQCHIP_IOAPIC, i);
	return n;
}

static uint32_t
put_messages(const struct wires *w, struct kvm_irq_routing_entry *e)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->messages; i++) {
		const struct wires_message *m = &w->message[i];

		if (m->addr)
			e[n++] = (struct kvm_irq_routing_entry){.gsi = FIRST_GSI + i,
			        .type = KVM_IRQ_ROUTING_MSI,
			        .u.msi = {.address_lo = (uint32_t)m->addr,
			                .address_hi = (uint32_t)(m->addr >> 32),
			                .data = m->data}};
	}
	return n;
}

static void
set_routes(struct wires *w)
{
	struct kvm_irq_routing *table =
	        calloc(1, sizeof(*table) + (FIXED + w->messages) * sizeof(table->entries[0]));

	if (table) {
		table->nr = put_fixed(table->entries);
		table->nr += put_messages(w, table->entries + table->nr);
	}
	if (!table || ioctl(w->vm, KVM_SET_GSI_ROUTING, table) < 0)
		failed(w, "KVM_SET_GSI_ROUTING");
	free(table);
}

void
wires_route(struct wires *w, uint32_t gsi, uint64_t addr, uint32_t data)
{
	struct wires_message *m = &w->message[gsi - FIRST_GSI];

	pthread_mutex_lock(&w->lock);
	if (m->addr != addr || m->data != data) {
		*m = (struct wires_message){addr, data};
		set_routes(w);
	}
	pthread_mutex_unlock(&w->lock);
}

void
wires_connect(struct wires *w, int eventfd, uint32_t gsi, bool on)
{
	struct kvm_irqfd irqfd = {
	        .fd = (uint32_t)eventfd, .gsi = gsi, .flags = on ? 0 : KVM_IRQFD_FLAG_DEASSIGN};

	if (ioctl(w->vm, KVM_IRQFD, &irqfd) < 0)
		failed(w, "KVM_IRQFD");
}

/*
 * A length of 0 is any length, which KVM serves without looking at the instruction. EEXIST and
 * ENOENT: the guest has put two functions at one address; the first gets the writes.
 */
void
wires_doorbell(struct wires *w, int eventfd, uint64_t addr, bool on)
{
	struct kvm_ioeventfd io = {.fd = eventfd,
	        .addr = addr,
	        .len = w->any_length ? 0 : sizeof(uint16_t),
	        .flags = on ? 0 : KVM_IOEVENTFD_FLAG_DEASSIGN};

	if (ioctl(w->vm, KVM_IOEVENTFD, &io) < 0 && errno != EEXIST && errno != ENOENT)
		failed(w, "KVM_IOEVENTFD");
}

void
wires_line(struct wires *w, uint32_t gsi, uint32_t slot, bool level)
{
	uint32_t before, now;

	pthread_mutex_lock(&w->lock);
	before = w->asserted[gsi];
	now = level ? before | 1u << slot : before & ~(1u << slot);
	w->asserted[gsi] = now;
	if (!before != !now) {
		struct kvm_irq_level irq = {.irq = gsi, .level = now != 0};

		if (ioctl(w->vm, KVM_IRQ_LINE, &irq) < 0)
			failed(w, "KVM_IRQ_LINE");
	}
	pthread_mutex_unlock(&w->lock);
}
