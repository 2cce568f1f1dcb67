/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which disks there are, and in which order they are tried: a PCI bus of our own, QEMU's
 * bootorder, addresses out of a DSDT and a command line.
 */
#include "unit.h"

#include <string.h>

#include "stub/base/text.h"
#include "x86/disk/disks.h"

#define FUNCTIONS 8

static struct {
	uint32_t at, header, buses;
	uint32_t bar[6];
} function[FUNCTIONS];
static unsigned functions, visited;
static uint32_t seen[FUNCTIONS];

static uint32_t
read_config(struct pci_config *c, uint32_t at, uint32_t reg)
{
	(void)c;
	for (unsigned i = 0; i < functions; i++) {
		if (function[i].at != at)
			continue;
		if (reg == PCI_ID)
			return 0x10011af4;
		if (reg == PCI_HEADER)
			return function[i].header;
		if (reg >= PCI_BAR0 && reg < PCI_BAR0 + 24 && function[i].header >> 16 == 0)
			return function[i].bar[(reg - PCI_BAR0) / 4];
		return reg == PCI_BUSES ? function[i].buses : 0;
	}
	return UINT32_MAX;
}

/* A function, or a bridge to `behind`. */
static void
add(uint32_t at, uint32_t header, uint32_t behind)
{
	function[functions].at = at;
	function[functions].header = header << 16;
	function[functions++].buses = behind << 16 | behind << 8;
}

static void
visit(void *context, struct pci_config *c, uint32_t at, uint32_t id)
{
	(void)c;
	assert_null(context);
	assert_int_equal(id, 0x10011af4);
	seen[visited++] = at;
}

static int
setup(void **state)
{
	(void)state;
	memset(function, 0, sizeof(function));
	functions = visited = 0;
	return 0;
}

static void
walks(void **state)
{
	struct pci_config config = {.read = read_config};

	(void)state;
	add(PCI_AT(0, 3, 0), 0, 0);
	add(PCI_AT(0, 3, 1), 0, 0); /* its slot has one function only */
	add(PCI_AT(0, 4, 0), 0x80, 0);
	add(PCI_AT(0, 4, 7), 0, 0);
	add(PCI_AT(0, 5, 0), 1, 2);
	add(PCI_AT(2, 1, 0), 0, 0);
	add(PCI_AT(9, 1, 0), 0, 0); /* behind a root bus that must be named */
	pci_walk(&config, 0, visit, NULL);
	assert_int_equal(visited, 5);
	assert_int_equal(seen[2], PCI_AT(0, 4, 7));
	assert_int_equal(seen[4], PCI_AT(2, 1, 0));
	visited = 0;
	pci_walk(&config, 255, visit, NULL);
	assert_int_equal(visited, 6);
}

static void
bars(void **state)
{
	struct pci_config config = {.read = read_config};
	uint64_t addr = 0;

	(void)state;
	add(8, 0, 0);
	memcpy(function[0].bar, (uint32_t[]){0xc001, 0xfe000000, 0x4c, 0x1, 0, 0xd000000c}, 24);
	assert_false(pci_memory_bar(&config, 8, 0, &addr)); /* ports */
	assert_true(pci_memory_bar(&config, 8, 1, &addr));
	assert_int_equal(addr, 0xfe000000);
	assert_true(pci_memory_bar(&config, 8, 2, &addr));
	assert_int_equal(addr, 0x100000040);
	assert_false(pci_memory_bar(&config, 8, 4, &addr)); /* no address */
	assert_true(pci_memory_bar(&config, 8, 5, &addr)); /* 64 bits, of which half is there */
	assert_int_equal(addr, 0xd0000000);
}

static void
assert_order(const struct disks *d, const uint32_t *order)
{
	uint32_t at = d->count;

	for (uint32_t i = 0; i < d->count; i++) {
		at = disks_next(d, at);
		assert_int_equal(at, order[i]);
	}
	assert_int_equal(disks_next(d, at), d->count);
}

static void
order(void **state)
{
	static const char items[] = "/pci@i0cf8/isa@1/fdc@03f0/floppy@0\n"
	                            "/pci@i0cf8/pci-bridge@5/scsi@1,2/channel@0/disk@3,1\n"
	                            "/virtio-mmio@00000000feb02e00/disk@0,0\n"
	                            "/pci@i0cf8,9/scsi@1/disk@0,0\n"
	                            "/pci@i0cf8/pci1b36,0010@8/namespace@2,0\n"
	                            "/pci@i0cf8/pci1b36,0010@7/nvme-nsbootindex\n"
	                            "/pci@i0cf8/scsi@4/disk@0,0";
	struct disks d = {.pci = {.read = read_config},
	        .count = 10,
	        .place = {{.at = PCI_AT(0, 4, 0)}, {.at = PCI_AT(0, 6, 0)},
	                {.kind = DISK_VIRTIO_SCSI, .at = PCI_AT(2, 1, 2), .target = 3},
	                {.kind = DISK_VIRTIO_SCSI,
	                        .at = PCI_AT(2, 1, 2),
	                        .target = 3,
	                        .lun = 1},
	                {.mmio = 0xfeb02e00}, {.at = PCI_AT(9, 1, 0)},
	                {.kind = DISK_NVME, .at = PCI_AT(0, 7, 0), .target = 1},
	                {.kind = DISK_NVME, .at = PCI_AT(0, 7, 0), .target = 2},
	                {.kind = DISK_NVME, .at = PCI_AT(0, 8, 0), .target = 1},
	                {.kind = DISK_NVME, .at = PCI_AT(0, 8, 0), .target = 2}}};

	(void)state;
	add(PCI_AT(0, 1, 0), 0, 0);
	add(PCI_AT(0, 4, 0), 0, 0);
	add(PCI_AT(0, 5, 0), 1, 2);
	for (uint32_t i = 0; i < d.count; i++)
		d.place[i].rank = DISK_UNRANKED;
	assert_order(&d, (const uint32_t[]){0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
	disks_rank(&d, text_span(items));
	assert_order(&d, (const uint32_t[]){3, 4, 5, 9, 6, 7, 0, 1, 2, 8});
	d.count = 0;
	assert_int_equal(disks_next(&d, 0), 0);
}

/* Lines that say nothing, or too much. */
static void
odd_orders(void **state)
{
	static const char *const items[] = {"", "\n\n", "/", "/pci@i0cf8", "/pci@i0cf8/",
	        "/pci@i0cf8/x", "/pci@i0cf8/scsi@20/disk@0,0", "/pci@i0cf8/scsi@4,8/disk@0,0",
	        "/virtio-mmio@", "/pci@i0cf8,100/scsi@4/disk@0,0",
	        "/pci@i0cf8/pci-bridge@5/pci-bridge@5"};
	struct disks d = {
	        .pci = {.read = read_config}, .count = 1, .place = {{.at = PCI_AT(0, 4, 0)}}};

	(void)state;
	add(PCI_AT(0, 4, 0), 0, 0);
	add(PCI_AT(0, 5, 0), 1, 0); /* a bridge to its own bus */
	for (unsigned i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		d.place[0].rank = DISK_UNRANKED;
		disks_rank(&d, text_span(items[i]));
		assert_int_equal(d.place[0].rank, DISK_UNRANKED);
	}
	d.pci.read = NULL;
	disks_rank(&d, text_span("/pci@i0cf8/scsi@4/disk@0,0"));
	assert_int_equal(d.place[0].rank, DISK_UNRANKED);
}

static void
addresses(void **state)
{
	static const uint8_t dsdt[] =
	        "DSDT....LNRO0005 \x86\x09\0\1\0\x2e\xb0\xfe\0\2\0\0...LNRO0005"
	        "\x86\x09\0\1\0\x2c\xb0\xfe\0\2\0\0 LNRO0005 \x86\x07 LNRO";
	static struct disks d;

	(void)state;
	mmio_by_dsdt(&d, (struct span){dsdt, sizeof(dsdt) - 1});
	assert_int_equal(d.mmios, 2);
	assert_int_equal(d.mmio[0], 0xfeb02e00);
	assert_int_equal(d.mmio[1], 0xfeb02c00);
	mmio_by_words(&d,
	        text_span(
	                "virtio_mmio.device=4K@0xd0000000:5 a virtio_mmio.device=512@0xfeb02e00:12 "
	                "xvirtio_mmio.device=1@0x1000:2 virtio_mmio.device=1 virtio_mmio.device=@:"));
	assert_int_equal(d.mmios, 3);
	assert_int_equal(d.mmio[2], 0xd0000000);
	for (unsigned i = 0; i < 2 * DISKS_MMIO; i++) {
		char word[] = "virtio_mmio.device=4K@0xe0000000:5";

		word[24] = (char)('a' + i / 10);
		word[25] = (char)('0' + i % 10);
		mmio_by_words(&d, text_span(word));
	}
	assert_int_equal(d.mmios, DISKS_MMIO);
}

/* The address of PCI Express, as QEMU's method has it and as a constant. */
static void
express(void **state)
{
	static const char method[] = "DSDT_CBA \x14\x0c_CBA\0\xa4\x0c\0\0\0\xe0";
	static const char name[] = "\x08_CBA\x0e\0\0\0\0\x0f\0\0\0";
	static const char odd[] =
	        "\x08_CBA\x0c\0\0\x10\0_CBA\x0b_CBA\0\xa4_CBA\0\xa4\x0c\0\0\0";

	(void)state;
	assert_int_equal(
	        express_by_dsdt((struct span){(const uint8_t *)method, sizeof(method) - 1}),
	        0xe0000000);
	assert_int_equal(
	        express_by_dsdt((struct span){(const uint8_t *)name, sizeof(name) - 1}),
	        0xf00000000);
	for (uint64_t len = 0; len < sizeof(odd); len++)
		assert_int_equal(express_by_dsdt((struct span){(const uint8_t *)odd, len}), 0);
	for (uint64_t len = 0; len < sizeof(method) - 1; len++)
		assert_int_equal(
		        express_by_dsdt((struct span){(const uint8_t *)method, len}), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(walks, setup),
	        cmocka_unit_test_setup(bars, setup),
	        cmocka_unit_test_setup(order, setup),
	        cmocka_unit_test_setup(odd_orders, setup),
	        cmocka_unit_test_setup(addresses, setup),
	        cmocka_unit_test(express),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
