/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and writes a virtio block device (Virtual I/O Device 1.2, 5.2). It is never told that
 * its driver flushes, so that what it says is written lasts (5.2.6.2).
 */
#include "x86/disk/disks.h"

#define SECTOR     512u /* of requests and of the capacity, whatever the disk's own is */
#define F_RO       5
#define F_BLK_SIZE 6
#define CAPACITY   0 /* offsets in the device's configuration */
#define BLK_SIZE   20
#define TYPE_IN    0
#define TYPE_OUT   1
#define STATUS_OK  0
#define MOST       (8 * MIB) /* of a request, bytes */

static bool
request(struct disk_driver *d, uint32_t type, uint64_t sector, uint32_t count, const void *at)
{
	struct {
		uint32_t type, reserved;
		uint64_t sector;
	} head = {type, 0, sector * (d->sector_size / SECTOR)};
	volatile uint8_t status = 0xff;
	struct virtio_buffer parts[] = {{&head, sizeof(head), false},
	        {at, count * d->sector_size, type == TYPE_IN},
	        {(const void *)(uintptr_t)&status, 1, true}};

	return virtio_request(&d->virtio, parts, 3) && status == STATUS_OK;
}

static bool
read_sectors(void *context, uint64_t sector, uint32_t count, void *to)
{
	return request(context, TYPE_IN, sector, count, to);
}

static bool
write_sectors(void *context, uint64_t sector, uint32_t count, const void *from)
{
	return request(context, TYPE_OUT, sector, count, from);
}

bool
virtio_blk_start(struct disk_driver *d, struct disk *ret_disk, const char **ret_what)
{
	struct virtio *v = &d->virtio;
	uint64_t capacity;

	if (!virtio_start(v, 0, 1u << F_BLK_SIZE | 1u << F_RO, ret_what))
		return false;
	capacity = virtio_config32(v, CAPACITY) | (uint64_t)virtio_config32(v, CAPACITY + 4)
	                                                  << 32;
	d->sector_size = v->features >> F_BLK_SIZE & 1 ? virtio_config32(v, BLK_SIZE) : SECTOR;
	*ret_what = "has sectors of an odd size";
	if (!disk_sector_size_ok(d->sector_size))
		return false;
	ret_disk->sector_size = d->sector_size;
	ret_disk->sectors = capacity / (d->sector_size / SECTOR);
	ret_disk->read = read_sectors;
	ret_disk->write = v->features >> F_RO & 1 ? NULL : write_sectors;
	ret_disk->most = (uint32_t)(MOST / d->sector_size);
	return true;
}
