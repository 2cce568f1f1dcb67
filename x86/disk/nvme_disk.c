/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and writes a namespace of an NVMe controller (NVM Express Base 1.4, 5.15, 6.9).
 */
#include "x86/boot/reach.h"
#include "x86/disk/disks.h"

#define WRITE        1
#define READ         2
#define LASTS        (1u << 30) /* of a write: FUA, past all caches */
#define OF_NAMESPACE 0          /* what Identify is asked for */
#define LIST         2
#define DWORD        4u

enum { NSZE = 0, FLBAS = 26, LBAF = 128 }; /* offsets in what Identify says of a namespace */

bool
nvme_find(struct nvme *n, struct pci_config *c, uint32_t at)
{
	struct refusal ignored;
	uint64_t addr;

	if (!pci_memory_bar(c, at, 0, &addr) || addr % NVME_PAGE ||
	        !range_fits(addr, NVME_REGISTERS) ||
	        reach("NVMe controller", addr, NVME_REGISTERS, &ignored))
		return false;
	n->registers = (volatile uint8_t *)(uintptr_t)addr;
	return true;
}

/* The pages of [to, to + len): the first, then the second or a list of the others (4.3). */
static void
describe(struct nvme *n, struct nvme_command *c, const void *to, uint32_t len)
{
	uint64_t first = (uintptr_t)to, page = align_down(first, NVME_PAGE) + NVME_PAGE;
	uint64_t end = first + len, *prp = n->memory->data.prp;

	c->prp1 = first;
	if (page >= end)
		return;
	c->prp2 = page + NVME_PAGE >= end ? page : (uintptr_t)prp;
	if (c->prp2 == page)
		return;
	for (; page < end; page += NVME_PAGE)
		*prp++ = page;
}

/* The memory is aligned to four bytes, as a command wants it. */
static bool
command(struct disk_driver *d, uint8_t opcode, uint64_t sector, uint32_t count, const void *at)
{
	struct nvme_command c = {.opcode = opcode,
	        .namespace = d->target,
	        .dword10 = (uint32_t)sector,
	        .dword11 = (uint32_t)(sector >> 32),
	        .dword12 = (count - 1) | (opcode == WRITE ? LASTS : 0)};

	describe(&d->nvme, &c, at, count * d->sector_size);
	return nvme_command(&d->nvme, NVME_IO, &c);
}

static bool
read_aligned(struct disk_driver *d, uint64_t sector, uint32_t count, void *to)
{
	return command(d, READ, sector, count, to);
}

static bool
write_sectors(void *context, uint64_t sector, uint32_t count, const void *from)
{
	return (uintptr_t)from % DWORD == 0 && command(context, WRITE, sector, count, from);
}

/*
 * To another address: some bytes too far, where the last sector will be, then back; the last
 * one by a page of our own.
 */
static bool
read_odd(struct disk_driver *d, uint64_t sector, uint32_t count, uint8_t *to)
{
	uint8_t *beside = to + DWORD - (uintptr_t)to % DWORD,
	        *page = d->nvme.memory->data.bytes;
	uint32_t before = (count - 1) * d->sector_size;

	if (before && !read_aligned(d, sector, count - 1, beside))
		return false;
	memmove(to, beside, before);
	if (!read_aligned(d, sector + count - 1, 1, page))
		return false;
	memcpy(to + before, page, d->sector_size);
	return true;
}

static bool
read_sectors(void *context, uint64_t sector, uint32_t count, void *to)
{
	struct disk_driver *d = context;

	return (uintptr_t)to % DWORD ? read_odd(d, sector, count, to)
	                             : read_aligned(d, sector, count, to);
}

uint32_t
nvme_namespaces(struct disk_driver *d, uint32_t nsid[DISKS_MAX])
{
	struct span s = {d->nvme.memory->data.bytes, NVME_PAGE};
	uint32_t count = 0;

	if (!nvme_identify(&d->nvme, LIST, 0)) {
		nsid[0] = 1; /* version 1.0 has no list */
		return !d->nvme.silent;
	}
	for (; count < DISKS_MAX && span_le32(s, 4 * (uint64_t)count); count++)
		nsid[count] = span_le32(s, 4 * (uint64_t)count);
	return count;
}

bool
nvme_disk_start(struct disk_driver *d, struct disk *ret_disk, const char **ret_what)
{
	struct span s = {d->nvme.memory->data.bytes, NVME_PAGE};
	uint32_t format, selected, shift;

	if (!nvme_start(&d->nvme, ret_what))
		return false;
	*ret_what = "cannot be identified";
	if (!nvme_identify(&d->nvme, OF_NAMESPACE, d->target))
		return false;
	selected = span_u8(s, FLBAS);
	format = span_le32(s, LBAF + 4 * (uint64_t)((selected & 0xf) | (selected >> 1 & 0x30)));
	*ret_what = "has metadata beside each of its sectors";
	if (format & 0xffff)
		return false;
	*ret_what = "has sectors of an odd size";
	shift = format >> 16 & 0xff;
	d->sector_size = shift < 32 ? 1u << shift : 0;
	if (!disk_sector_size_ok(d->sector_size))
		return false;
	ret_disk->sector_size = d->sector_size;
	ret_disk->sectors = span_le64(s, NSZE);
	ret_disk->read = read_sectors;
	ret_disk->write = write_sectors;
	ret_disk->most = d->nvme.most / d->sector_size;
	return true;
}
