/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a guest's accesses to the PCI bus of `kshim run` with a virtio function on it:
 * by ports, by MMCONFIG, behind its BARs. What the function is does not change, and what KVM is
 * asked for is taken back as it was asked for.
 */
#include "tests/fuzz/fuzz.h"

#include <unistd.h>

#include "tools/run/virtio/virtio_pci.h"

#define QUEUES 2
#define RAM    4096u

static _Alignas(4096) uint8_t ram[RAM];
static const struct memory memory = {
        .file = -1, .slots = 1, .slot = {{.range = {0, RAM}, .host = ram}}};
static struct virtio_device device;
static bool line;

/* ---- in place of KVM ---- */

static struct {
	int eventfd;
	uint64_t at; /* a GSI, or an address; 0: none */
} connected[QUEUES + 1], doorbell[QUEUES];

static unsigned
which(int eventfd)
{
	for (unsigned i = 0; i < QUEUES; i++)
		if (device.queue[i].call == eventfd || device.queue[i].kick == eventfd)
			return i;
	REQUIRE(eventfd == device.config_call);
	return QUEUES;
}

bool
wires_take(struct wires *w, uint32_t count, uint32_t *ret_gsi)
{
	(void)w;
	REQUIRE(count == QUEUES + 1);
	*ret_gsi = WIRES_IOAPIC_PINS;
	return true;
}

void
wires_route(struct wires *w, uint32_t gsi, uint64_t addr, uint32_t data)
{
	(void)w;
	(void)addr;
	(void)data;
	REQUIRE(gsi >= WIRES_IOAPIC_PINS && gsi <= WIRES_IOAPIC_PINS + QUEUES);
}

void
wires_connect(struct wires *w, int eventfd, uint32_t gsi, bool on)
{
	unsigned n = which(eventfd);

	(void)w;
	REQUIRE(connected[n].at == (on ? 0 : gsi));
	connected[n].at = on ? gsi : 0;
}

void
wires_doorbell(struct wires *w, int eventfd, uint64_t addr, bool on)
{
	unsigned n = which(eventfd);

	(void)w;
	REQUIRE(n < QUEUES && addr && doorbell[n].at == (on ? 0 : addr));
	doorbell[n].at = on ? addr : 0;
}

void
wires_line(struct wires *w, uint32_t gsi, uint32_t slot, bool level)
{
	(void)w;
	REQUIRE(slot == 1 && (gsi == PCI_GSI(1) || gsi == PCI_IRQ(1)));
	line = level;
}

/* ---- in place of a device ---- */

void
virtio_broken(struct virtio_device *d, const char *format, ...)
{
	(void)format;
	d->status |= VIRTIO_NEEDS_RESET;
}

bool
virtio_runs(const struct virtio_device *d)
{
	return d->started;
}

static bool
start(struct virtio_device *d)
{
	const char *what;

	REQUIRE(!d->started && d->status & VIRTIO_DRIVER_OK);
	REQUIRE(!(d->accepted & ~d->offered) && d->accepted & VIRTIO_VERSION_1);
	for (unsigned i = 0; i < QUEUES; i++)
		REQUIRE(!d->queue[i].enabled || queue_check(&d->queue[i], &memory, &what));
	return true;
}

static void
stop(struct virtio_device *d)
{
	REQUIRE(d->started);
}

static void
config_written(struct virtio_device *d, uint32_t off, uint32_t len)
{
	REQUIRE(off + len <= d->config_len);
}

static const struct virtio_ops ops = {
        .start = start, .stop = stop, .config_written = config_written};

/* ---- the guest ---- */

static void
access_port(struct pci *pci, struct feed *f, unsigned size, bool writes)
{
	uint16_t port = (uint16_t)(0xcf8 + feed_number(f, 1) % 8);
	uint32_t value = (uint32_t)feed_number(f, size);

	if (writes)
		pci_out(pci, port, size, value);
	else if (pci_in(pci, port, size, &value))
		REQUIRE(size == 4 || !(value >> 8 * size) || value == UINT32_MAX);
}

static void
access_memory(struct pci *pci, const struct pci_function *fn, struct feed *f, unsigned size,
        bool writes)
{
	uint64_t base[] = {pci->ecam + 0x8000, pci_bar(fn, 0), pci_bar(fn, 1), pci->ecam};
	uint64_t at = base[feed_number(f, 1) % 4] + feed_number(f, 2);
	uint64_t value = feed_number(f, size);

	if (writes)
		pci_write(pci, at, size, value);
	else
		pci_read(pci, at, size, &value);
}

static void
look_at(const struct virtio_pci *v)
{
	const struct pci_function *f = &v->function;

	REQUIRE(pci_get(f, 0, 4) == 0x10441af4 && pci_get(f, 8, 4) == 0xff000001);
	REQUIRE(f->config[PCI_CAPABILITIES] == 0x40);
	REQUIRE(pci_bar(f, 0) % f->bar_size[0] == 0 && pci_bar(f, 1) % f->bar_size[1] == 0);
	for (unsigned i = 0; i < QUEUES; i++)
		REQUIRE(doorbell[i].at == (v->doorbells ? v->doorbells + 4 * i : 0));
	REQUIRE(!line || (v->isr && !v->msix_on));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct virtio_pci v;
	static struct pci pci;
	static struct loop loop;
	static struct ending ending;
	struct layout layout;
	struct feed f = {data, size};

	layout_make(LAYOUT_KSHIM, 64 << 20, &layout);
	layout_add_pci(&layout);
	memset(connected, 0, sizeof(connected));
	memset(doorbell, 0, sizeof(doorbell));
	device = (struct virtio_device){.ops = &ops,
	        .type = VIRTIO_RNG,
	        .config_len = 8,
	        .queues = QUEUES,
	        .queue = {{.max = 8}, {.max = 8}},
	        .mem = &memory,
	        .loop = &loop};
	pci_init(&pci, &layout);
	REQUIRE(loop_init(&loop, &ending) && virtio_pci_init(&v, &device, &pci, NULL));
	while (f.size) {
		uint64_t what = feed_number(&f, 1);
		unsigned bytes = 1u << (what & 3);

		if (what & 0x40)
			access_memory(&pci, &v.function, &f, bytes, what & 0x80);
		else
			access_port(&pci, &f, bytes > 4 ? 4 : bytes, what & 0x80);
		look_at(&v);
	}
	virtio_pci_free(&v);
	loop_free(&loop);
	return 0;
}
