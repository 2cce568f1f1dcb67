/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as virtio devices that mean no good: PCI configuration space, registers, and what a
 * device does while the driver waits for it. What the driver gives away is what it was asked to
 * read into, what it writes the device is only told to read, the sizes of a disk make sense, a
 * device that does not answer is waited for once, and at the end it is reset.
 *
 * The input is, by bytes: the length of configuration space / 16, of the memory with registers
 * / 16, then these, then what the device does.
 */
#include "tests/fuzz/arena.h"
#include "tests/fuzz/waited_for.h"

#include "x86/disk/disks.c"
#include "x86/disk/virtio.c"

#define REGION  256u /* bytes of one function's configuration space */
#define CHAIN   3    /* buffers of a request */
#define SECTORS 16u
#define HOSTS   (4080 / REGION + 3) /* devices that there can be */
#define WAITS   5u                  /* a request, and resets */

static struct span config;
static struct feed acts;
static uint8_t *memory;
static union disk_memory shared;
static const uint8_t *written; /* bytes that the device is only to read */
static uint64_t written_len;

static uint32_t
read_config(struct pci_config *c, uint32_t at, uint32_t reg)
{
	uint64_t off = (uint64_t)at * REGION / 8 + reg; /* a slot a region */
	uint32_t v;

	(void)c;
	REQUIRE(reg % 4 == 0 && reg < REGION);
	if (at & 7 || !bounds_ok(config.size, off, 4))
		return UINT32_MAX;
	v = span_le32(config, off);
	if (reg >= PCI_BAR0 && reg < PCI_BAR0 + 24 && !(v & 1) && (v & ~0xfu) && v < ARENA)
		v += (uint32_t)(uintptr_t)memory;
	return v;
}

static void
write_config(struct pci_config *c, uint32_t at, uint32_t reg, unsigned bytes, uint32_t value)
{
	(void)c;
	(void)at;
	(void)value;
	REQUIRE(reg == PCI_COMMAND && bytes == 2);
}

/* Are there bytes in it that the device is only to read? */
static bool
is_kept(const struct virtq_desc *d)
{
	uint64_t start = (uintptr_t)written;

	return d->addr < start + written_len && start < d->addr + d->len;
}

/* Do what was asked for, with the next bytes as the answer. */
static void
answer(void)
{
	uint16_t flags = DESC_NEXT;

	for (unsigned i = 0; flags & DESC_NEXT; i++) {
		const struct virtq_desc *d = &shared.queue.desc[i];

		REQUIRE(i < CHAIN && d->len);
		flags = d->flags;
		REQUIRE(!(flags & DESC_NEXT) || d->next == i + 1);
		if (flags & DESC_WRITE) {
			struct span s = feed_span(&acts, d->len < 64 ? d->len : 64);

			REQUIRE(!is_kept(d));
			memset((void *)(uintptr_t)d->addr, 0,
			        d->len); /* all of it must be there */
			memcpy((void *)(uintptr_t)d->addr, s.base, (size_t)s.size);
		}
	}
	shared.queue.used.idx = shared.queue.avail.idx;
}

/* What the device does next; true if it is what it was asked for. */
static bool
act(void)
{
	uint64_t what = feed_number(&acts, 1), at = feed_number(&acts, 2) % (ARENA - 8);
	uint64_t value = feed_number(&acts, 2);

	switch (what & 3) {
	case 0:
		if (shared.queue.avail.idx == shared.queue.used.idx)
			break;
		answer();
		return true;
	case 1:
		memcpy(memory + at, &value, 4);
		break;
	case 2:
		memcpy((uint8_t *)&shared.queue.used + at % (sizeof(shared.queue.used) - 1),
		        &value, 2);
		break;
	default: /* nothing */
		break;
	}
	return false;
}

/* What is written is still the caller's behind it. */
static void
write_disk(struct disk *disk, uint64_t sector, uint32_t count, const uint8_t *from)
{
	size_t len = (size_t)count * disk->sector_size;
	uint8_t *copy = malloc(len);

	memcpy(copy, from, len);
	written = from;
	written_len = len;
	disk->write(disk->context, sector, count, from);
	written_len = 0;
	REQUIRE(!memcmp(copy, from, len));
	free(copy);
}

static void
read_disk(struct disk *disk)
{
	uint32_t most = disk->most < SECTORS ? disk->most : SECTORS, n;
	uint64_t sectors = disk->sectors;
	uint8_t *to;

	REQUIRE(disk_sector_size_ok(disk->sector_size) && disk->most);
	for (n = 1; n <= most && n <= sectors; n *= 4) {
		to = malloc((size_t)n * disk->sector_size); /* of just that size */
		memset(to, 0, (size_t)n * disk->sector_size);
		disk->read(disk->context, sectors - n, n, to);
		if (disk->write)
			write_disk(disk, sectors - n, n, to);
		free(to);
	}
}

static void
open_disk(const struct disks *d, const struct disk_place *place)
{
	static struct disk disk;
	struct refusal why;
	uint64_t start = ticks;

	if (disk_open(d, place, &disk, &why)) {
		REQUIRE(why.code == REFUSAL_DISK_DEVICE && why.detail);
		return;
	}
	REQUIRE(disk_volume(&disk).size / disk.sector_size == disk.sectors);
	read_disk(&disk);
	disk_close(&disk);
	REQUIRE(!disk.read && ticks - start <= WAITS * PATIENCE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct disks d;
	struct feed f = {data, size};
	uint64_t config_len = feed_number(&f, 1) * 16, memory_len = feed_number(&f, 1) * 16;
	struct span registers;

	config = feed_span(&f, config_len);
	registers = feed_span(&f, memory_len);
	acts = f;
	ticks = 0;
	memory = arena_fill(registers.base, (size_t)registers.size, ARENA);
	d.pci = (struct pci_config){.read = read_config, .write = write_config};
	d.memory = &shared;
	d.mmios = 3;
	d.mmio[0] = (uintptr_t)memory;
	d.mmio[1] = (uintptr_t)memory + 0x800;
	d.mmio[2] = 0x123456789000; /* nothing is there */
	disks_find(&d);
	REQUIRE(d.count <= DISKS_MAX && ticks <= HOSTS * WAITS * PATIENCE);
	for (uint32_t i = 0; i < d.count; i++)
		open_disk(&d, &d.place[i]);
	return 0;
}
