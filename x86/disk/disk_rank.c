/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's bootorder, Open Firmware paths by line, to the disks that they mean (QEMU
 * docs/specs/fw_cfg.rst; qdev's device paths).
 *
 *     /pci@i0cf8/scsi@4/disk@0,0                     virtio-blk in slot 4
 *     /pci@i0cf8/pci-bridge@5/scsi@1,2/channel@0/disk@3,0   virtio-scsi behind a bridge, target
 * 3 /pci@i0cf8/pci1b36,0010@4/namespace@1,0        NVMe, namespace 1
 *     /virtio-mmio@00000000feb02e00/disk@0,0
 *
 * QEMU 7.2 writes the line of a device nvme-ns without its number: that is each namespace of
 * the controller.
 */
#include "x86/disk/disks.h"

#define ROOT "/pci@i0cf8"
#define MMIO "/virtio-mmio@"

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A hexadecimal number off the line's front; 0 if there is none. */
static uint64_t
take_number(struct span *line)
{
	uint64_t v = 0;

	for (; line->size && digit(line->base[0]) >= 0; line->base++, line->size--)
		v = v << 4 | (unsigned)digit(line->base[0]);
	return v;
}

/* "/NAME@A[,B]" off the line's front, whatever the name; false if it does not begin so. */
static bool
take_node(struct span *line, uint64_t *ret_a, uint64_t *ret_b)
{
	struct span rest = *line;

	if (!span_take(&rest, "/"))
		return false;
	while (rest.size && rest.base[0] != '@' && rest.base[0] != '/')
		rest = (struct span){rest.base + 1, rest.size - 1};
	if (!span_take(&rest, "@"))
		return false;
	*ret_a = take_number(&rest);
	*ret_b = span_take(&rest, ",") ? take_number(&rest) : 0;
	*line = rest;
	return true;
}

/* The function that the line names, and what is left of it behind that. */
static bool
take_function(struct disks *d, struct span *line, uint32_t *ret_at)
{
	struct pci_config *c = &d->pci;
	uint64_t slot, function, bus = 0;

	if (!c->read || !span_take(line, ROOT))
		return false;
	if (span_take(line, ","))
		bus = take_number(line);
	while (take_node(line, &slot, &function) && bus < 256 && slot < 32 && function < 8) {
		*ret_at = PCI_AT((uint32_t)bus, (uint32_t)slot, (uint32_t)function);
		if (PCI_TYPE(c->read(c, *ret_at, PCI_HEADER)) != PCI_TYPE_BRIDGE)
			return true;
		bus = c->read(c, *ret_at, PCI_BUSES) >> 8 & 0xff;
	}
	return false;
}

/* Does what is left of the line mean this disk of its controller? */
static bool
is_target(const struct disk_place *p, struct span rest)
{
	uint64_t channel, target, lun, ignored;

	if (p->kind == DISK_NVME)
		return !take_node(&rest, &target, &ignored) || target == p->target;
	if (p->kind != DISK_VIRTIO_SCSI)
		return true;
	return take_node(&rest, &channel, &ignored) && take_node(&rest, &target, &lun) &&
	       target == p->target && lun == p->lun;
}

static void
rank_line(struct disks *d, struct span line, uint32_t rank)
{
	struct span rest = line;
	uint64_t mmio = 0;
	uint32_t at = 0;
	bool is_mmio = span_take(&rest, MMIO);

	if (is_mmio)
		mmio = take_number(&rest);
	else if (!take_function(d, &rest, &at))
		return;
	for (uint32_t i = 0; i < d->count; i++) {
		struct disk_place *p = &d->place[i];

		if (p->rank == DISK_UNRANKED && p->mmio == mmio && p->at == at &&
		        is_target(p, rest))
			p->rank = rank;
	}
}

void
disks_rank(struct disks *d, struct span bootorder)
{
	uint32_t rank = 0;

	while (bootorder.size) {
		uint64_t len = 0;

		while (len < bootorder.size && bootorder.base[len] &&
		        bootorder.base[len] != '\n')
			len++;
		rank_line(d, (struct span){bootorder.base, len}, rank++);
		len += len < bootorder.size;
		bootorder = (struct span){bootorder.base + len, bootorder.size - len};
	}
}

/* Is disk number `a` tried after disk number `b`? */
static bool
is_later(const struct disks *d, uint32_t a, uint32_t b)
{
	uint32_t rank = d->place[a].rank, other = d->place[b].rank;

	return rank != other ? rank > other : a > b;
}

uint32_t
disks_next(const struct disks *d, uint32_t after)
{
	uint32_t best = d->count;

	for (uint32_t i = 0; i < d->count; i++) {
		if ((after == d->count || is_later(d, i, after)) &&
		        (best == d->count || d->place[i].rank < d->place[best].rank))
			best = i;
	}
	return best;
}
