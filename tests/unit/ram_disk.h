/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk in memory for tests and fuzzers of stub/disk/. Each read is checked to lie inside the
 * disk; the bytes may be a block of their own, so that the address sanitizer sees one too far.
 */
#ifndef TESTS_RAM_DISK_H
#define TESTS_RAM_DISK_H

#include <stdlib.h>
#include <string.h>

#include "stub/disk/disk.h"

struct ram_disk {
	struct disk disk;
	const uint8_t *bytes;
	uint8_t *written;     /* the same, by ram_disk_writable() */
	uint64_t writes_left; /* requests after which all fail */
	uint64_t fails_at;    /* a sector that cannot be read; UINT64_MAX: none */
	uint64_t reads_left;  /* requests after which all fail */
	uint32_t longest;     /* sectors of the longest request so far */
};

static inline bool
ram_disk_read(void *context, uint64_t sector, uint32_t count, void *to)
{
	struct ram_disk *ram = context;
	uint32_t size = ram->disk.sector_size;

	if (!bounds_ok(ram->disk.sectors, sector, count) || !count)
		abort();
	if (ram->disk.most && count > ram->disk.most)
		abort();
	if (!ram->reads_left || (ram->fails_at >= sector && ram->fails_at - sector < count))
		return false;
	ram->reads_left--;
	ram->longest = count > ram->longest ? count : ram->longest;
	memcpy(to, ram->bytes + sector * size, (size_t)count * size);
	return true;
}

static inline bool
ram_disk_write(void *context, uint64_t sector, uint32_t count, const void *from)
{
	struct ram_disk *ram = context;
	uint32_t size = ram->disk.sector_size;

	if (!bounds_ok(ram->disk.sectors, sector, count) || !count)
		abort();
	if (!ram->writes_left)
		return false;
	ram->writes_left--;
	memcpy(ram->written + sector * size, from, (size_t)count * size);
	return true;
}

/* Let it be written, too: bytes are what ram_disk_open() was given. */
static inline void
ram_disk_writable(struct ram_disk *ram, uint8_t *bytes)
{
	ram->written = bytes;
	ram->writes_left = UINT64_MAX;
	ram->disk.write = ram_disk_write;
}

/* The whole sectors of bytes[0..len) as a disk. */
static inline void
ram_disk_open(struct ram_disk *ram, const uint8_t *bytes, uint64_t len, uint32_t sector_size)
{
	ram->bytes = bytes;
	ram->fails_at = UINT64_MAX;
	ram->reads_left = UINT64_MAX;
	ram->longest = 0;
	ram->disk.sectors = len / sector_size;
	ram->disk.sector_size = sector_size;
	ram->disk.read = ram_disk_read;
	ram->disk.write = NULL;
	ram->disk.context = ram;
	ram->disk.most = 0;
	disk_reset(&ram->disk);
}

#endif
