/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a DSDT, a command line and QEMU's bootorder: addresses of virtio-mmio devices
 * are those that stand behind an ID or a word, each once; the order of the disks has each disk
 * once, the ranked ones first.
 */
#include "tests/fuzz/fuzz.h"

#include "x86/disk/disks.h"

#define NEAR 200 /* bytes behind an ID in which its address may be */

static void
check_addresses(const struct disks *d)
{
	REQUIRE(d->mmios <= DISKS_MMIO);
	for (uint32_t i = 0; i < d->mmios; i++) {
		REQUIRE(d->mmio[i]);
		for (uint32_t k = 0; k < i; k++)
			REQUIRE(d->mmio[k] != d->mmio[i]);
	}
}

/* Do these four bytes stand close behind an ID? */
static bool
stands_in(struct span dsdt, uint64_t addr)
{
	for (uint64_t at = 0; at + 8 <= dsdt.size; at++) {
		for (uint64_t i = 8; i < NEAR && !memcmp(dsdt.base + at, "LNRO0005", 8); i++) {
			if (bounds_ok(dsdt.size, at + i, 4) && span_le32(dsdt, at + i) == addr)
				return true;
		}
	}
	return false;
}

static void
check_order(const struct disks *d)
{
	uint32_t seen = 0, at = d->count, rank = 0;

	while ((at = disks_next(d, at)) != d->count) {
		REQUIRE(at < d->count && !(seen >> at & 1));
		REQUIRE(d->place[at].rank >= rank);
		rank = d->place[at].rank;
		seen |= 1u << at;
	}
	REQUIRE(seen == (1u << d->count) - 1);
}

static uint32_t
read_config(struct pci_config *c, uint32_t at, uint32_t reg)
{
	(void)c;
	return reg == PCI_BUSES ? (at >> 3 & 3) << 8 : reg == PCI_HEADER ? 1u << 16 : at;
}

static void
make_disks(struct disks *d, struct feed *f)
{
	d->pci.read = read_config;
	d->count = (uint32_t)feed_number(f, 1) % (DISKS_MAX + 1);
	for (uint32_t i = 0; i < d->count; i++) {
		uint64_t where = feed_number(f, 2);

		d->place[i] = (struct disk_place){.kind = where & 1         ? DISK_VIRTIO_SCSI
		                                          : where >> 13 & 1 ? DISK_NVME
		                                                            : DISK_VIRTIO_BLK,
		        .at = where >> 1 & 0xff,
		        .target = where >> 9 & 7,
		        .mmio = where >> 12 & 1 ? where & 0xf00 : 0,
		        .rank = DISK_UNRANKED};
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	struct disks d = {.count = 0};
	struct span words, dsdt;
	uint32_t by_words;

	make_disks(&d, &f);
	words = feed_span(&f, feed_number(&f, 1));
	mmio_by_words(&d, words);
	check_addresses(&d);
	by_words = d.mmios;
	disks_rank(&d, words);
	check_order(&d);
	dsdt = feed_span(&f, f.size);
	mmio_by_dsdt(&d, dsdt);
	check_addresses(&d);
	for (uint32_t i = by_words; i < d.mmios; i++)
		REQUIRE(stands_in(dsdt, d.mmio[i]));
	REQUIRE(express_by_dsdt(dsdt) % (256 * MIB) == 0);
	return 0;
}
