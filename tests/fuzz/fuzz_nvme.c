/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as an NVMe controller that means no good: its registers, and what it does while the
 * driver waits for it. It is told no memory but the driver's own and what is read into, the
 * sizes of a disk make sense, a controller that does not answer is waited for once, and at the
 * end it is disabled.
 *
 * The input is, by bytes: the capabilities (8), then what the controller does.
 */
#include "tests/fuzz/arena.h"
#include "tests/fuzz/waited_for.h"

#include "x86/disk/disks.c"
#include "x86/disk/nvme.c"

#define WRITE    1
#define BAR      0x1000u /* in the arena */
#define FUNCTION PCI_AT(0, 4, 0)
#define GIVEN    144u /* bytes of a page that the input has, with one sector format */
#define SECTORS  600u /* at once: more pages than two */
#define WAITS    5u   /* a reset before and after, becoming ready, a command, its reset */

static struct feed acts;
static union disk_memory shared;
static uint8_t *registers;
static uint64_t asked; /* bytes of the caller's that are read into, or written */
static const uint8_t *into;
static bool writing;
static uint32_t command;

static uint32_t
read_config(struct pci_config *c, uint32_t at, uint32_t reg)
{
	(void)c;
	REQUIRE(reg % 4 == 0);
	if (at != FUNCTION)
		return UINT32_MAX;
	switch (reg) {
	case PCI_ID:
		return 0x00101b36;
	case PCI_COMMAND:
		return command;
	case PCI_CLASS:
		return CLASS_NVME << 8;
	case PCI_BAR0:
		return (uint32_t)(uintptr_t)registers | 4;
	default:
		return 0;
	}
}

static void
write_config(struct pci_config *c, uint32_t at, uint32_t reg, unsigned bytes, uint32_t value)
{
	(void)c;
	REQUIRE(at == FUNCTION && reg == PCI_COMMAND && bytes == 2);
	command = value;
}

/* Is [addr, addr + len) what the controller was told to write to? */
static bool
is_given(uint64_t addr, uint64_t len)
{
	return (addr >= (uintptr_t)into && bounds_ok(asked, addr - (uintptr_t)into, len)) ||
	       (addr >= (uintptr_t)&shared &&
	               bounds_ok(sizeof(shared), addr - (uintptr_t)&shared, len));
}

/* Fill one page of a command's data, or take it; what is left of it behind that. */
static uint64_t
give_page(uint64_t addr, uint64_t left)
{
	uint64_t room = NVME_PAGE - addr % NVME_PAGE, len = left < room ? left : room;
	struct span s;

	REQUIRE(is_given(addr, len));
	if (writing)
		return left - len;
	s = feed_span(&acts, len < GIVEN ? len : GIVEN);
	memset((void *)(uintptr_t)addr, 0, (size_t)len);
	memcpy((void *)(uintptr_t)addr, s.base, (size_t)s.size);
	return left - len;
}

static void
give(const struct nvme_command *c, uint64_t len)
{
	const uint64_t *list = (const uint64_t *)(uintptr_t)c->prp2;
	uint64_t left = give_page(c->prp1, len);

	if (left && left <= NVME_PAGE) {
		REQUIRE(c->prp2 % NVME_PAGE == 0);
		give_page(c->prp2, left);
		return;
	}
	for (; left; left = give_page(*list++, left)) {
		REQUIRE(is_given((uintptr_t)list, sizeof(*list)));
		REQUIRE(*list % NVME_PAGE == 0);
	}
}

/* Do what was asked for, with the next bytes as the answer, unless it is disabled. */
static bool
answer(uint64_t what)
{
	enum nvme_queue queue = what >> 2 & 1;
	uint32_t issued = driver.nvme.issued[queue], at = (issued - 1) % ENTRIES;
	const struct nvme_command *c = &shared.nvme.submission[queue][at];
	struct nvme_completion *done = &shared.nvme.completion[queue][at];

	if (!(*(uint32_t *)(registers + CC) & CC_ENABLE) || !issued ||
	        (done->status & 1) == !((issued - 1) / ENTRIES & 1))
		return false;
	REQUIRE(queue != NVME_IO || writing == (c->opcode == WRITE));
	if (queue == NVME_IO)
		give(c, (uint64_t)((c->dword12 & 0xffff) + 1) * driver.sector_size);
	else if (c->opcode == IDENTIFY)
		give(c, NVME_PAGE);
	done->id = (uint16_t)(c->id + (what >> 7));
	done->status = (uint16_t)((what >> 3 & 0xe) | !((issued - 1) / ENTRIES & 1));
	return true;
}

/* What the controller does next; true if it is what it was asked for. */
static bool
act(void)
{
	static const uint32_t changed[] = {CSTS, CAP, CAP + 4};
	uint64_t what = feed_number(&acts, 1), value;
	volatile uint32_t *status = (volatile uint32_t *)(registers + CSTS);

	switch (what & 3) {
	case 0:
		return answer(what);
	case 1: /* as it is enabled */
		*status = *(volatile uint32_t *)(registers + CC) & CC_ENABLE;
		return true;
	case 2:
		value = feed_number(&acts, 4);
		memcpy(registers + changed[feed_number(&acts, 1) % 3], &value, 4);
		return false;
	default: /* nothing */
		return false;
	}
}

/* What is written is still the caller's behind it. */
static void
write_disk(struct disk *disk, uint64_t sector, uint32_t count, const uint8_t *from)
{
	size_t len = (size_t)count * disk->sector_size;
	uint8_t *copy = malloc(len);

	memcpy(copy, from, len);
	into = from;
	writing = true;
	disk->write(disk->context, sector, count, from);
	writing = false;
	REQUIRE(!memcmp(copy, from, len));
	free(copy);
}

/* From an address that is aligned and into others, too. */
static void
read_disk(struct disk *disk)
{
	uint32_t most = disk->most < SECTORS ? disk->most : SECTORS;
	uint64_t sectors = disk->sectors;

	REQUIRE(disk_sector_size_ok(disk->sector_size) && disk->most);
	for (uint32_t n = 1; n <= most && n <= sectors; n = 5 * n + 1) {
		uint64_t odd = n % 4, len = (uint64_t)n * disk->sector_size;
		uint8_t *room = calloc((size_t)(odd + len), 1);

		into = room + odd;
		asked = len;
		disk->read(disk->context, sectors - n, n, room + odd);
		write_disk(disk, sectors - n, n, room);
		asked = 0;
		free(room);
	}
}

static void
open_disk(const struct disks *d, const struct disk_place *place)
{
	static struct disk disk;
	struct refusal why;
	uint64_t start = ticks;

	if (disk_open(d, place, &disk, &why)) {
		REQUIRE((why.code == REFUSAL_DISK_DEVICE ||
		                why.code == REFUSAL_DISK_NAMESPACE) &&
		        why.detail);
	} else {
		REQUIRE(disk_volume(&disk).size / disk.sector_size == disk.sectors);
		read_disk(&disk);
		disk_close(&disk);
		REQUIRE(!disk.read);
	}
	REQUIRE(!*(uint32_t *)(registers + CC) && !(command & COMMAND_MASTER));
	REQUIRE(ticks - start <= WAITS * (driver.nvme.patience + (PATIENCE << 1)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct disks d;
	struct feed f = {data, size};
	uint64_t capabilities = feed_number(&f, 8);

	registers = arena_fill(data, 0, ARENA) + BAR;
	memcpy(registers, &capabilities, 8);
	acts = f;
	ticks = 0;
	command = 0;
	memset(&shared, 0xff, sizeof(shared));
	d.memory = &shared;
	d.pci = (struct pci_config){.read = read_config, .write = write_config};
	disks_find(&d);
	REQUIRE(d.count <= DISKS_MAX);
	for (uint32_t i = 0; i < d.count; i++) {
		REQUIRE(d.place[i].kind == DISK_NVME);
		open_disk(&d, &d.place[i]);
	}
	return 0;
}
