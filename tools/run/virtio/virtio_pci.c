/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The function's configuration with its capabilities (4.1.4), its two BARs, the interrupt line.
 */
#include "virtio_pci.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tools/run/table.h"

#define VENDOR      0x1af4 /* 4.1.2 */
#define DEVICE_BASE 0x1040
#define SUBSYSTEM   0x1100
#define REVISION    1

/* BAR 0, a page for each part. */
#define BAR_LEN    0x4000
#define AT_ISR     0x1000
#define AT_CONFIG  0x2000
#define AT_NOTIFY  0x3000
#define PART_LEN   0x1000
#define NOTIFY_LEN 4 /* bytes from one queue's notification to the next's */
#define MSIX_LEN   0x1000

_Static_assert(VIRTIO_VECTORS * sizeof(struct msix_entry) <= VIRTIO_MSIX_PENDING, "no overlap");

enum capability {
	CAP_COMMON = 1,
	CAP_NOTIFY = 2,
	CAP_ISR = 3,
	CAP_DEVICE = 4,
	CAP_PCI = 5,
};

/* Where the capabilities lie in the configuration. */
#define CAP_AT_COMMON 0x40
#define CAP_AT_NOTIFY 0x50
#define CAP_AT_ISR    0x64
#define CAP_AT_DEVICE 0x74
#define CAP_AT_PCI    0x84
#define CAP_AT_MSIX   0x98

/* 4.1.4.9: a window through which the configuration reaches a BAR. */
#define WINDOW_BAR    (CAP_AT_PCI + 4)
#define WINDOW_OFFSET (CAP_AT_PCI + 8)
#define WINDOW_LENGTH (CAP_AT_PCI + 12)
#define WINDOW_DATA   (CAP_AT_PCI + 16)

#define MSIX_CONTROL (CAP_AT_MSIX + 2)
#define MSIX_MASK    0x4000
#define MSIX_ENABLE  0x8000

#define ISR_QUEUE  1
#define ISR_CONFIG 2

static struct virtio_pci *
of(struct pci_function *f)
{
	return (struct virtio_pci *)((char *)f - offsetof(struct virtio_pci, function));
}

/* ---- the interrupt line ---- */

void
virtio_pci_line(struct virtio_pci *v)
{
	struct pci_function *f = &v->function;
	bool off = v->msix_on || pci_get(f, PCI_COMMAND, 2) & PCI_COMMAND_NO_IRQ;

	f->config[PCI_STATUS] = (uint8_t)((f->config[PCI_STATUS] & ~PCI_STATUS_IRQ) |
	                                  (v->isr ? PCI_STATUS_IRQ : 0));
	wires_line(v->wires, PCI_GSI(f->slot), f->slot, v->isr && !off);
	wires_line(v->wires, PCI_IRQ(f->slot), f->slot, v->isr && !off);
}

/* Without MSI-X: the device thread reads what would else send a message. */
static void
raise_line(struct virtio_pci *v, int eventfd, uint8_t why)
{
	struct pollfd p = {.fd = eventfd, .events = POLLIN};
	uint64_t count;

	pthread_mutex_lock(&v->device->lock);
	if (!v->msix_on && poll(&p, 1, 0) == 1) { /* else KVM may have read it */
		(void)!read(eventfd, &count, sizeof(count));
		v->isr |= why;
		virtio_pci_line(v);
	}
	pthread_mutex_unlock(&v->device->lock);
}

static void
on_config_call(void *context, short events)
{
	struct virtio_pci *v = context;

	(void)events;
	raise_line(v, v->device->config_call, ISR_CONFIG);
}

static void
on_queue_call(void *context, short events)
{
	struct virtqueue *q = context;
	struct virtio_pci *v = q->transport;

	(void)events;
	raise_line(v, q->call, ISR_QUEUE);
}

static uint8_t
read_isr(struct virtio_pci *v)
{
	uint8_t isr = v->isr;

	v->isr = 0;
	virtio_pci_line(v);
	return isr;
}

/* ---- notifications ---- */

static void
notify(struct virtio_pci *v, uint32_t queue)
{
	if (queue < v->device->queues)
		queue_ring(&v->device->queue[queue]);
}

static void
on_kick(void *context, short events)
{
	struct virtqueue *q = context;
	struct virtio_pci *v = q->transport;
	struct virtio_device *d = v->device;
	uint64_t count;

	(void)events;
	(void)!read(q->kick, &count, sizeof(count));
	pthread_mutex_lock(&d->lock);
	if (virtio_runs(d) && q->enabled)
		d->ops->notify(d, (uint16_t)(q - d->queue));
	pthread_mutex_unlock(&d->lock);
}

/* Have KVM take the notifications where BAR 0 is now. */
static void
move_doorbells(struct virtio_pci *v)
{
	uint64_t bar = pci_bar(&v->function, 0);
	uint64_t at = bar ? bar + AT_NOTIFY : 0, old = v->doorbells;

	if (at == old)
		return;
	v->doorbells = at;
	for (uint32_t i = 0; i < v->device->queues; i++) {
		int kick = v->device->queue[i].kick;

		if (old)
			wires_doorbell(v->wires, kick, old + i * NOTIFY_LEN, false);
		if (at)
			wires_doorbell(v->wires, kick, at + i * NOTIFY_LEN, true);
	}
}

/* ---- BARs ---- */

static uint64_t
read_config(const struct virtio_device *d, uint32_t off, unsigned size)
{
	return off + size <= d->config_len ? table_get(d->config + off, size) : 0;
}

static void
write_config(struct virtio_device *d, uint32_t off, unsigned size, uint64_t value)
{
	if (off + size > d->config_len || !d->ops->config_written)
		return;
	table_put(d->config + off, value, size);
	d->ops->config_written(d, off, size);
}

static uint64_t
read_bar(struct virtio_pci *v, unsigned bar, uint32_t off, unsigned size)
{
	if (bar == 1)
		return msix_read(v, off, size);
	switch (off & ~(PART_LEN - 1u)) {
	case 0:
		return common_read(v, off, size);
	case AT_ISR:
		return off == AT_ISR ? read_isr(v) : 0;
	case AT_CONFIG:
		return read_config(v->device, off - AT_CONFIG, size);
	default:
		return 0;
	}
}

static void
write_bar(struct virtio_pci *v, unsigned bar, uint32_t off, unsigned size, uint64_t value)
{
	if (bar == 1) {
		msix_write(v, off, size, value);
		return;
	}
	switch (off & ~(PART_LEN - 1u)) {
	case 0: /* 4.1.3.1: 64-bit fields by halves; at once they are the same */
		common_write(v, off, size == 8 ? 4 : size, (uint32_t)value);
		if (size == 8)
			common_write(v, off + 4, 4, (uint32_t)(value >> 32));
		break;
	case AT_CONFIG:
		write_config(v->device, off - AT_CONFIG, size, value);
		break;
	case AT_NOTIFY:
		notify(v, (off - AT_NOTIFY) / NOTIFY_LEN);
		break;
	}
}

static uint64_t
bar_read(struct pci_function *f, unsigned bar, uint32_t off, unsigned size)
{
	struct virtio_pci *v = of(f);
	uint64_t value;

	pthread_mutex_lock(&v->device->lock);
	value = read_bar(v, bar, off, size);
	pthread_mutex_unlock(&v->device->lock);
	return value;
}

static void
bar_write(struct pci_function *f, unsigned bar, uint32_t off, unsigned size, uint64_t value)
{
	struct virtio_pci *v = of(f);

	pthread_mutex_lock(&v->device->lock);
	write_bar(v, bar, off, size, value);
	pthread_mutex_unlock(&v->device->lock);
}

/* ---- configuration ---- */

/* What the window looks at; false if that is nothing. */
static bool
window(const struct pci_function *f, unsigned *ret_bar, uint32_t *ret_off, unsigned *ret_size)
{
	*ret_bar = f->config[WINDOW_BAR];
	*ret_off = pci_get(f, WINDOW_OFFSET, 4);
	*ret_size = pci_get(f, WINDOW_LENGTH, 4);
	return *ret_bar < PCI_BARS && (*ret_size == 1 || *ret_size == 2 || *ret_size == 4) &&
	       *ret_off % *ret_size == 0 && *ret_off < f->bar_size[*ret_bar];
}

static bool
touches(uint32_t off, unsigned size, uint32_t field)
{
	return off < field + 4 && off + size > field;
}

static void
before_read(struct pci_function *f, uint32_t off, unsigned size)
{
	unsigned bar, len;
	uint32_t at;

	if (touches(off, size, WINDOW_DATA) && window(f, &bar, &at, &len))
		pci_put(f, WINDOW_DATA, (uint32_t)bar_read(f, bar, at, len), 4);
}

static void
written(struct pci_function *f, uint32_t off, unsigned size)
{
	struct virtio_pci *v = of(f);
	uint32_t control = pci_get(f, MSIX_CONTROL, 2);
	unsigned bar, len;
	uint32_t at;

	if (touches(off, size, WINDOW_DATA) && window(f, &bar, &at, &len))
		bar_write(f, bar, at, len, pci_get(f, WINDOW_DATA, len));
	pthread_mutex_lock(&v->device->lock);
	v->msix_on = control & MSIX_ENABLE;
	v->msix_masked = control & MSIX_MASK;
	msix_settle(v);
	virtio_pci_line(v);
	pthread_mutex_unlock(&v->device->lock);
	move_doorbells(v);
}

static const struct pci_ops ops = {
        .bar_read = bar_read,
        .bar_write = bar_write,
        .before_read = before_read,
        .written = written,
};

static uint32_t
class_of(uint32_t type)
{
	switch (type) {
	case VIRTIO_NET:
		return 0x020000;
	case VIRTIO_BLK:
	case VIRTIO_SCSI:
		return 0x010000;
	case VIRTIO_CONSOLE:
		return 0x078000;
	default:
		return 0xff0000;
	}
}

/* 4.1.4: a vendor's capability that says where a part is. */
static void
put_capability(struct pci_function *f, uint32_t at, uint32_t next, enum capability type,
        uint32_t off, uint32_t len)
{
	pci_put(f, at, 0x09 | next << 8 | 16 << 16 | (uint32_t)type << 24, 4);
	pci_put(f, at + 8, off, 4);
	pci_put(f, at + 12, len, 4);
}

static void
put_capabilities(struct virtio_pci *v)
{
	struct pci_function *f = &v->function;

	f->config[PCI_CAPABILITIES] = CAP_AT_COMMON;
	pci_put(f, PCI_STATUS, PCI_STATUS_CAPS, 2);
	put_capability(f, CAP_AT_COMMON, CAP_AT_NOTIFY, CAP_COMMON, 0, 60);
	put_capability(f, CAP_AT_NOTIFY, CAP_AT_ISR, CAP_NOTIFY, AT_NOTIFY,
	        v->device->queues * NOTIFY_LEN);
	pci_put(f, CAP_AT_NOTIFY + 16, NOTIFY_LEN, 4);
	f->config[CAP_AT_NOTIFY + 2] = 20;
	/* 4.1.4.6: no capability for a configuration that is not there. */
	put_capability(f, CAP_AT_ISR, v->device->config_len ? CAP_AT_DEVICE : CAP_AT_PCI,
	        CAP_ISR, AT_ISR, 1);
	put_capability(
	        f, CAP_AT_DEVICE, CAP_AT_PCI, CAP_DEVICE, AT_CONFIG, v->device->config_len);
	put_capability(f, CAP_AT_PCI, CAP_AT_MSIX, CAP_PCI, 0, 0);
	f->config[CAP_AT_PCI + 2] = 20;
	f->writable[WINDOW_BAR] = 0xff;
	memset(f->writable + WINDOW_OFFSET, 0xff, 12);
	pci_put(f, CAP_AT_MSIX, 0x11 | (v->vectors - 1u) << 16, 4);
	pci_put(f, CAP_AT_MSIX + 4, 1, 4); /* the table at 0 of BAR 1 */
	pci_put(f, CAP_AT_MSIX + 8, VIRTIO_MSIX_PENDING | 1, 4);
	table_put(f->writable + MSIX_CONTROL, MSIX_ENABLE | MSIX_MASK, 2);
}

/* ---- life ---- */

static void
reset_queue(struct virtqueue *q)
{
	q->size = q->max;
	q->enabled = false;
	q->desc = q->driver = q->device = 0;
	q->vector = VIRTIO_NO_VECTOR;
}

void
virtio_pci_reset(struct virtio_pci *v)
{
	struct virtio_device *d = v->device;

	if (d->started)
		d->ops->stop(d);
	d->started = false;
	d->status = 0;
	d->accepted = 0;
	for (uint16_t i = 0; i < d->queues; i++)
		reset_queue(&d->queue[i]);
	v->config_vector = VIRTIO_NO_VECTOR;
	v->feature_select = v->driver_select = v->queue_select = 0;
	v->isr = 0;
	virtio_pci_line(v);
	msix_settle(v);
}

static bool
connect_queue(struct virtio_pci *v, struct virtqueue *q)
{
	struct virtio_device *d = v->device;

	q->wired = WIRED_NONE;
	q->transport = v;
	q->kick = eventfd(0, EFD_CLOEXEC);
	q->call = eventfd(0, EFD_CLOEXEC);
	if (q->kick < 0 || q->call < 0)
		return false;
	q->line = loop_add(d->loop, q->call, POLLIN, on_queue_call, q);
	return q->line && (!d->ops->notify || loop_add(d->loop, q->kick, POLLIN, on_kick, q));
}

static bool
connect_eventfds(struct virtio_pci *v)
{
	struct virtio_device *d = v->device;

	for (uint16_t i = 0; i < d->queues; i++)
		d->queue[i].kick = d->queue[i].call = -1;
	d->config_call = eventfd(0, EFD_CLOEXEC);
	if (d->config_call < 0)
		return false;
	v->config_line = loop_add(d->loop, d->config_call, POLLIN, on_config_call, v);
	for (uint16_t i = 0; i < d->queues; i++)
		if (!connect_queue(v, &d->queue[i]))
			return false;
	return v->config_line != NULL;
}

bool
virtio_pci_init(struct virtio_pci *v, struct virtio_device *device, struct pci *pci,
        struct wires *wires)
{
	struct pci_function *f = &v->function;

	*v = (struct virtio_pci){.device = device,
	        .wires = wires,
	        .vectors = (uint16_t)(device->queues + 1),
	        .config_wired = WIRED_NONE};
	f->ops = &ops;
	f->bar_size[0] = BAR_LEN;
	f->bar_size[1] = MSIX_LEN;
	device->offered |= VIRTIO_VERSION_1;
	for (uint16_t i = 0; i < v->vectors; i++)
		v->entry[i].control = 1; /* masked */
	pci_put(f, 0, VENDOR | (DEVICE_BASE + device->type) << 16, 4);
	pci_put(f, 8, class_of(device->type) << 8 | REVISION, 4);
	pci_put(f, 0x2c, VENDOR | SUBSYSTEM << 16, 4);
	put_capabilities(v);
	pthread_mutex_init(&device->lock, NULL);
	if (!connect_eventfds(v))
		return false;
	errno = ENOSPC;
	if (!wires_take(wires, v->vectors, &v->gsi) || !pci_add(pci, f))
		return false;
	virtio_pci_reset(v);
	move_doorbells(v);
	return true;
}

static void
shut(int fd)
{
	if (fd >= 0)
		close(fd);
}

void
virtio_pci_free(struct virtio_pci *v)
{
	struct virtio_device *d = v->device;

	if (d->started)
		d->ops->stop(d);
	for (uint16_t i = 0; i < d->queues; i++) {
		shut(d->queue[i].kick);
		shut(d->queue[i].call);
	}
	shut(d->config_call);
	if (d->ops->release)
		d->ops->release(d);
}
